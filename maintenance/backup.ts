import { chmod, copyFile, mkdir, readdir, rm, stat } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { isThere } from '../base/files.ts'
import { openAsItIs, schemaVersion } from '../database/check/database.ts'
import { listAllEntries } from '../database/check/directory.ts'
import { databasePath } from '../database/paths.ts'
import packageJson from '../package.json' with { type: 'json' }
import { type DatabaseKind, DIRECTORY, listDatabases, SECRETS } from './data_folder.ts'
import { type Manifest, sha256File, writeManifest } from './manifest.ts'

/** How often what changed meanwhile is copied again before the restore is left to settle it. */
const MAX_ROUNDS = 5

/** As many pages as there are: a database is copied in one read transaction. */
const ALL_PAGES = 0x7fffffff

export type BackupOptions = {
  dataDir: string
  /** Made, or empty. */
  folder: string
  /** Also the keys: then the backup alone is enough to act as this entryway. */
  withSecrets?: boolean
  onProgress?: (done: number, total: number) => void
}

/**
 * Copies a data directory while the program runs: each database by SQLite's online backup, in an
 * order that makes the copies agree (`docs/backup.md` argues it):
 *
 * 1. the directory; 2. every account; 3. the directory again, and once more each account whose
 * entry changed meanwhile, until none did; 4. the state of sign-ins under way.
 *
 * @throws {Error} when the folder is not empty
 */
export async function backUp({
  dataDir,
  folder,
  withSecrets = false,
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

  await copy(DIRECTORY, 'directory')
  let accounts = listDatabases(dataDir, 'account')
  const total = accounts.length
  let done = 0
  for (let round = 0; round < MAX_ROUNDS && accounts.length > 0; round++) {
    const before = readEntries(folder)
    for (const path of accounts) {
      await copy(path, 'account')
      onProgress(Math.min(++done, total), total)
    }
    await copy(DIRECTORY, 'directory')
    accounts = listChanged(before, readEntries(folder))
      .map((did) => databasePath.account({ dataDir: '' }, did))
      .filter((path) => isThere(join(dataDir, path)))
  }
  for (const path of listDatabases(dataDir, 'auth')) await copy(path, 'auth')

  const manifest: Manifest = {
    format: 1,
    version: packageJson.version,
    startedAt,
    finishedAt: new Date().toISOString(),
    databases: [...copied.values()],
    secrets: withSecrets ? await copySecrets(dataDir, folder) : [],
  }
  await writeManifest(folder, manifest)
  return manifest
}

async function copyDatabase(dataDir: string, folder: string, path: string, kind: DatabaseKind) {
  const target = join(folder, path)
  await mkdir(dirname(target), { recursive: true, mode: 0o700 })
  await rm(target, { force: true })
  const db = openAsItIs(join(dataDir, path))
  try {
    await db.backup(target, { progress: () => ALL_PAGES })
    await chmod(target, 0o600)
    return { ...(await describe(folder, path)), kind, schemaVersion: schemaVersion(db) }
  } finally {
    db.close()
  }
}

function readEntries(folder: string): Map<string, string> {
  const db = openAsItIs(join(folder, DIRECTORY))
  try {
    return new Map(listAllEntries(db).map((entry) => [entry.did, JSON.stringify(entry)]))
  } finally {
    db.close()
  }
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

async function describe(folder: string, path: string) {
  const { size } = await stat(join(folder, path))
  return { path, bytes: size, sha256: await sha256File(join(folder, path)) }
}
