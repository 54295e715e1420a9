import { readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { listDamages, openAsItIs, openContent } from '../database/check/database.ts'
import { listEntriesAt } from '../database/check/directory.ts'
import { databasePath } from '../database/paths.ts'
import { EMBEDDED_PDS } from './data_folder.ts'
import { listFiles } from './file_copies.ts'
import { inLanes } from './lanes.ts'
import {
  type Manifest,
  readManifest,
  SMALL_FILE,
  sha256File,
  sha256 as sha256Of,
} from './manifest.ts'

/** What a backup was found to hold. */
export type Verified = { accounts: number; databases: number; files: number }

/** How many faults are named. */
const MOST_NAMED = 3

/**
 * Opens what a backup wrote: every file is there as the manifest says, every database is undamaged, every
 * account of the directory has its database, and every blob is there.
 *
 * @throws {Error} where it is not so
 */
export async function verifyBackup(
  folder: string,
  onProgress: (done: number, total: number) => void = () => {},
): Promise<Verified> {
  const manifest = await readManifest(folder)
  const files = filesOf(manifest)
  const faults: string[] = []
  await inLanes(1, files.entries(), async ([i, file]) => {
    const fault = await faultOf(folder, file)
    if (fault) faults.push(`${file.path} ${fault}`)
    onProgress(i + 1, files.length)
  })
  const directories = manifest.databases.filter(({ kind }) => kind === 'directory')
  const accounts =
    faults.length === 0
      ? directories.flatMap(({ path }) => listEntriesAt(join(folder, path)).map(({ did }) => did))
      : []
  const there = new Set(files.map(({ path }) => path))
  for (const did of accounts) {
    const path = databasePath.account({ dataDir: '' }, did)
    if (!there.has(path)) faults.push(`${path} is missing: ${did} is in the directory`)
  }
  const blobs = manifest.pds?.blobs?.count ?? 0
  const found = blobs > 0 ? (await listFiles(join(folder, EMBEDDED_PDS, 'blobs'))).length : 0
  if (found < blobs) faults.push(`${blobs - found} blobs are missing`)
  if (faults.length > 0) {
    const more = faults.length > MOST_NAMED ? `, and ${faults.length - MOST_NAMED} faults more` : ''
    throw new Error(`${folder} is no good backup: ${faults.slice(0, MOST_NAMED).join('; ')}${more}`)
  }
  return { accounts: accounts.length, databases: manifest.databases.length, files: files.length }
}

type File = Manifest['secrets'][number]

function filesOf({ databases, secrets, pds }: Manifest): File[] {
  return [...databases, ...secrets, ...(pds?.files ?? [])]
}

async function faultOf(folder: string, { path, bytes, sha256 }: File): Promise<string | null> {
  const file = join(folder, path)
  const size = statSync(file, { throwIfNoEntry: false })?.size
  if (size === undefined) return 'is missing'
  const content = size <= SMALL_FILE ? readFileSync(file) : null
  const found = content === null ? await sha256File(file, size) : sha256Of(content)
  if (size !== bytes || found !== sha256) return 'is not what was written'
  if (!path.endsWith('.sqlite')) return null
  try {
    const db = content === null ? openAsItIs(file) : openContent(content)
    try {
      const [damage] = listDamages(db)
      return damage === undefined ? null : `is damaged: ${damage}`
    } finally {
      db.close()
    }
  } catch (err) {
    return `cannot be read: ${(err as Error).message}`
  }
}
