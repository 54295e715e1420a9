import { readFileSync, statSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { sha256File, sha256 as sha256Of } from '../../base/files/checksum.ts'
import { SMALL_FILE } from '../../base/files/small_file.ts'
import { inLanes } from '../../base/work/lanes.ts'
import { readDid } from '../../database/check/account.ts'
import { listDamages, openAsItIs, openContent } from '../../database/check/database.ts'
import { listKeptAt } from '../../database/check/directory.ts'
import type { Db } from '../../database/database.ts'
import { newerSchema } from '../../database/schema.ts'
import { EMBEDDED_PDS, schemas } from '../data_folder/files.ts'
import { pathOf } from '../databases/database_name.ts'
import { listFiles } from './copied_files.ts'
import { type DamagedAccount, type Manifest, readManifest, writeManifest } from './manifest.ts'
import { didOfRepo } from './pds_data.ts'

/** What a backup was found to hold, and the accounts that are not in it. */
export type Verified = {
  accounts: number
  databases: number
  files: number
  damaged: DamagedAccount[]
}

/** How many faults are named. */
const MOST_NAMED = 3

/**
 * Opens what a backup wrote: every file is there as the manifest says, every database is undamaged, every
 * account of the directory has its database, and every blob is there.
 *
 * An account, or a repo, that was damaged or lost when it was copied is taken out, and named: the backup is good for all others.
 *
 * @returns what it was found to hold, and its manifest of afterwards
 * @throws {Error} where anything else is not so
 */
export async function verifyBackup(
  folder: string,
  onProgress: (done: number, total: number) => void = () => {},
): Promise<Verified & { manifest: Manifest }> {
  const manifest = await readManifest(folder)
  const files = filesOf(manifest)
  const ofAccounts = new Set(
    manifest.databases.flatMap(({ kind, path }) => (kind === 'account' ? path : [])),
  )
  const tooNew = new Map(
    manifest.databases.map(({ kind, path, schemaVersion }) => [
      path,
      newerSchema(schemas[kind], schemaVersion),
    ]),
  )
  const faults: string[] = []
  const problems = new Map(manifest.damaged.map(({ path, problem }) => [path, problem]))
  const whole = new Set<string>()
  await inLanes(1, files.entries(), async ([i, file]) => {
    const { path } = file
    const found = await lookAt(folder, file)
    if (found.isHere && ofAccounts.has(path)) {
      const { fault, did } = found
      const newer = tooNew.get(path)
      if (fault) problems.set(path, fault)
      else if (newer) problems.set(path, newer)
      else if (did !== null && pathOf('', { kind: 'account', did }) !== path)
        problems.set(path, `holds the account ${did}`)
      else if (did !== null) whole.add(path)
    } else if (found.isHere && found.fault && didOfRepo(path) !== null) {
      problems.set(path, `its repo ${found.fault}`)
    } else if (found.fault) faults.push(`${path} ${found.fault}`)
    onProgress(i + 1, files.length)
  })
  const blobs = manifest.pds?.blobs?.count ?? 0
  const found = blobs > 0 ? (await listFiles(join(folder, EMBEDDED_PDS, 'blobs'))).length : 0
  if (found < blobs) faults.push(`${blobs - found} blobs are missing`)
  if (faults.length > 0) {
    const more = faults.length > MOST_NAMED ? `, and ${faults.length - MOST_NAMED} faults more` : ''
    throw new Error(`${folder} is no good backup: ${faults.slice(0, MOST_NAMED).join('; ')}${more}`)
  }
  const dids = new Map(
    manifest.databases
      .filter(({ kind }) => kind === 'directory')
      .flatMap(({ path }) => listKeptAt(join(folder, path)))
      .map((did) => [pathOf('', { kind: 'account', did }), did]),
  )
  for (const path of dids.keys()) {
    if (whole.has(path) || problems.has(path)) continue
    problems.set(path, ofAccounts.has(path) ? 'it holds no account' : 'it is not there')
  }
  const damaged = [...problems].map(([path, problem]) => ({
    path,
    did: dids.get(path) ?? didOfRepo(path),
    problem,
  }))
  const left = await leaveOut(folder, manifest, damaged)
  return {
    accounts: [...dids.keys()].filter((path) => whole.has(path)).length,
    databases: left.databases.length,
    files: filesOf(left).length,
    damaged,
    manifest: left,
  }
}

type File = Manifest['secrets'][number]

function filesOf({ databases, secrets, pds }: Manifest): File[] {
  return [...databases, ...secrets, ...(pds?.files ?? [])]
}

/** Takes accounts out of a backup. @returns its manifest of afterwards */
async function leaveOut(
  folder: string,
  manifest: Manifest,
  damaged: DamagedAccount[],
): Promise<Manifest> {
  if (damaged.length === 0) return manifest
  const out = new Set(damaged.map(({ path }) => path))
  const isLeft = ({ path }: { path: string }) => !out.has(path)
  const { databases, pds } = manifest
  const left = {
    ...manifest,
    databases: databases.filter(isLeft),
    damaged,
    pds: pds && { ...pds, files: pds.files.filter(isLeft) },
  }
  writeManifest(folder, left)
  for (const path of out) await rm(join(folder, path), { force: true })
  return left
}

/** What was found of a file: whether it is the one that was written, and a database that holds which account. */
type Found = { isHere: boolean; fault: string | null; did: string | null }

async function lookAt(folder: string, { path, bytes, sha256 }: File): Promise<Found> {
  const file = join(folder, path)
  const not = (fault: string) => ({ isHere: false, fault, did: null })
  const size = statSync(file, { throwIfNoEntry: false })?.size
  if (size === undefined) return not('is missing')
  const content = size <= SMALL_FILE ? readFileSync(file) : null
  const found = content === null ? await sha256File(file, size) : sha256Of(content)
  if (size !== bytes || found !== sha256) return not('is not what was written')
  if (!path.endsWith('.sqlite')) return { isHere: true, fault: null, did: null }
  try {
    const db = content === null ? openAsItIs(file) : openContent(content)
    try {
      return { isHere: true, ...inspect(db) }
    } finally {
      db.close()
    }
  } catch (err) {
    return { isHere: true, fault: `cannot be read: ${(err as Error).message}`, did: null }
  }
}

function inspect(db: Db): Omit<Found, 'isHere'> {
  const [damage] = listDamages(db)
  return damage === undefined
    ? { fault: null, did: readDid(db) }
    : { fault: `is damaged: ${damage}`, did: null }
}
