import { chmod, copyFile, mkdir, readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { isThere } from '../base/files.ts'
import { listEntriesAt } from '../database/check/directory.ts'
import { databasePath } from '../database/paths.ts'
import packageJson from '../package.json' with { type: 'json' }
import { type DatabaseKind, DIRECTORY, listDatabases, SECRETS } from './data_folder.ts'
import { describe } from './file_copies.ts'
import { type Manifest, writeManifest } from './manifest.ts'
import { copyOnline } from './online_copy.ts'
import { backUpPds, type PdsPlaces } from './pds_data.ts'

/** How often what changed meanwhile is copied again before the restore is left to settle it. */
const MAX_ROUNDS = 5

export type BackupOptions = {
  dataDir: string
  /** Made, or empty. */
  folder: string
  /** Also the keys: then the backup alone is enough to act as this entryway. */
  withSecrets?: boolean
  /** Where the PDS inside has its data, if there is one. */
  pds?: PdsPlaces
  onProgress?: (done: number, total: number) => void
}

/**
 * Copies a data directory while the program runs: each database by SQLite's online backup, in an
 * order that makes the copies agree (`docs/backup.md` argues it):
 *
 * 1. the directory, with all its parts; 2. every account; 3. the directory again, and once more each account whose
 * entry changed meanwhile, until none did; 4. the state of sign-ins under way; 5. what the PDS inside
 * keeps, which is made before its account here knows of it.
 *
 * @throws {Error} when the folder is not empty
 */
export async function backUp({
  dataDir,
  folder,
  withSecrets = false,
  pds,
  onProgress = () => {},
}: BackupOptions): Promise<Manifest> {
  const startedAt = new Date().toISOString()
  if (!isThere(join(dataDir, DIRECTORY)))
    throw new Error(`${dataDir} holds no data of Vestibule: ${DIRECTORY} is missing`)
  await mkdir(folder, { recursive: true, mode: 0o700 })
  if ((await readdir(folder)).length > 0)
    throw new Error(`${folder} is not empty; name a new folder`)
  await chmod(folder, 0o700)

  const copied = new Map<string, Manifest['databases'][number]>()
  const copy = async (path: string, kind: DatabaseKind) => {
    copied.set(path, await copyDatabase(dataDir, folder, path, kind))
  }

  const directories = listDatabases(dataDir, 'directory')
  for (const path of directories) await copy(path, 'directory')
  let accounts = listDatabases(dataDir, 'account')
  const total = accounts.length
  let done = 0
  for (let round = 0; round < MAX_ROUNDS && accounts.length > 0; round++) {
    const before = readEntries(folder, directories)
    for (const path of accounts) {
      await copy(path, 'account')
      onProgress(Math.min(++done, total), total)
    }
    for (const path of directories) await copy(path, 'directory')
    accounts = listChanged(before, readEntries(folder, directories))
      .map((did) => databasePath.account({ dataDir: '' }, did))
      .filter((path) => isThere(join(dataDir, path)))
  }
  for (const path of listDatabases(dataDir, 'auth')) await copy(path, 'auth')

  const copiesOfPds = pds ? await backUpPds(pds, folder) : null

  const manifest: Manifest = {
    format: 1,
    version: packageJson.version,
    startedAt,
    finishedAt: new Date().toISOString(),
    databases: [...copied.values()],
    secrets: withSecrets ? await copySecrets(dataDir, folder) : [],
    pds: copiesOfPds,
  }
  await writeManifest(folder, manifest)
  return manifest
}

async function copyDatabase(dataDir: string, folder: string, path: string, kind: DatabaseKind) {
  const version = await copyOnline(join(dataDir, path), join(folder, path))
  return { ...(await describe(folder, path)), kind, schemaVersion: version }
}

function readEntries(folder: string, directories: string[]): Map<string, string> {
  const entries = directories.flatMap((path) => listEntriesAt(join(folder, path)))
  return new Map(entries.map((entry) => [entry.did, JSON.stringify(entry)]))
}

/** DIDs that were added, removed or renamed between two copies of the directory. */
function listChanged(before: Map<string, string>, after: Map<string, string>): string[] {
  const dids = new Set([...before.keys(), ...after.keys()])
  return [...dids].filter((did) => before.get(did) !== after.get(did))
}

async function copySecrets(dataDir: string, folder: string): Promise<Manifest['secrets']> {
  const names = isThere(join(dataDir, SECRETS)) ? await readdir(join(dataDir, SECRETS)) : []
  await mkdir(join(folder, SECRETS), { mode: 0o700 })
  return Promise.all(
    names.map(async (name) => {
      const path = join(SECRETS, name)
      await copyFile(join(dataDir, path), join(folder, path))
      await chmod(join(folder, path), 0o600)
      return describe(folder, path)
    }),
  )
}
