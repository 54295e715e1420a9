import { chmod, copyFile, mkdir, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { makeEmptyFolder } from '../../base/files/empty_folder.ts'
import { syncAll } from '../../base/files/sync_files.ts'
import { inLanes } from '../../base/work/lanes.ts'
import { listChangedBetween, listKnownDidsAt } from '../../database/check/directory.ts'
import { readSchemaVersion } from '../../database/check/schema_version.ts'
import { isUnreadable } from '../../database/named_error.ts'
import { MissingPartError } from '../../database/replication/restore.ts'
import packageJson from '../../package.json' with { type: 'json' }
import { DIRECTORY, listSecrets, SECRETS } from '../data_folder/files.ts'
import {
  type Database,
  type Databases,
  databasesIn,
  listAccountDatabases,
} from '../databases/databases.ts'
import { whyUnread } from '../databases/online_copy.ts'
import { describe } from './copied_files.ts'
import { type DamagedAccount, isNameable, type Manifest, writeManifest } from './manifest.ts'
import { backUpPds, type PdsPlaces } from './pds_data.ts'

/** How often what changed meanwhile is copied again before the restore is left to settle it. */
const MAX_ROUNDS = 5

export type BackupOptions = {
  dataDir: string
  /** What is copied: those in the data directory, unless they are on an engine. */
  databases?: Databases
  /** Made, or empty. */
  folder: string
  /** Also the keys: then the backup alone is enough to act as this entryway. */
  withSecrets?: boolean
  /** Where the PDS inside has its data, if there is one. */
  pds?: PdsPlaces
  onProgress?: (done: number, total: number) => void
}

/**
 * Copies all data while the program runs: each database as it is at one moment, in an order that makes the
 * copies agree (`docs/backup.md` argues it):
 *
 * 1. the directory, with all its parts; 2. every account; 3. the directory again, and once more each account whose
 * entry changed meanwhile, until none did; 4. the state of sign-ins under way; 5. what the PDS inside
 * keeps, which is made before its account here knows of it.
 *
 * An account whose database or repo cannot be read is left out, and named in the manifest.
 *
 * @throws {Error} when the folder is not empty
 */
export async function backUp({
  dataDir,
  databases = databasesIn(dataDir),
  folder,
  withSecrets = false,
  pds,
  onProgress = () => {},
}: BackupOptions): Promise<Manifest> {
  const startedAt = new Date().toISOString()
  const directories = await databases.list('directory')
  if (directories.length === 0) throw lost(databases)
  await makeEmptyFolder(folder)
  const { copied, damaged } = await copyDatabases({ databases, directories, folder, onProgress })

  const onDamagedRepo = (repo: DamagedAccount) => damaged.set(repo.path, repo)
  const copiesOfPds = pds ? await backUpPds(pds, folder, onDamagedRepo) : null

  const copiedSecrets = withSecrets ? await copySecrets(dataDir, folder) : []
  // A backup that is finished, and soon takes the place of an older one, outlives a loss of power.
  syncAll(folder)
  const manifest: Manifest = {
    format: 1,
    version: packageJson.version,
    startedAt,
    finishedAt: new Date().toISOString(),
    databases: [...copied.values()],
    secrets: copiedSecrets,
    damaged: [...damaged.values()],
    pds: copiesOfPds,
  }
  writeManifest(folder, manifest)
  return manifest
}

/** Steps 1 to 4 of {@link backUp}: what was copied, and the accounts that cannot be read, by their paths. */
async function copyDatabases({
  databases,
  directories,
  folder,
  onProgress,
}: {
  databases: Databases
  directories: Database[]
  folder: string
  onProgress: (done: number, total: number) => void
}): Promise<{
  copied: Map<string, Manifest['databases'][number]>
  damaged: Map<string, DamagedAccount>
}> {
  const copied = new Map<string, Manifest['databases'][number]>()
  const copy = async (database: Database) => {
    const { kind, path } = database
    const isCopied = await database.copy(join(folder, path))
    if (!isCopied) return false
    const schemaVersion = readSchemaVersion(join(folder, path))
    copied.set(path, { ...(await describe(folder, path)), kind, schemaVersion })
    return true
  }
  const damaged = new Map<string, DamagedAccount>()
  const copyAccount = async (account: Database) => {
    const { path } = account
    try {
      await copy(account)
      damaged.delete(path)
    } catch (err) {
      if (!isOfSource(err)) throw err
      await rm(join(folder, path), { force: true })
      copied.delete(path)
      damaged.set(path, { path, did: null, problem: whyUnread(err) })
    }
  }
  const copyDirectory = async () => {
    for (const each of directories) if (!(await copy(each))) throw lost(databases)
  }
  const copiesOfDirectory = directories.map(({ path }) => join(folder, path))

  await copyDirectory()
  const known = copiesOfDirectory.flatMap(listKnownDidsAt)
  let accounts = await listAccountDatabases(databases, known)
  const total = accounts.length
  let done = 0
  for (let round = 0; round < MAX_ROUNDS && accounts.length > 0; round++) {
    await inLanes(databases.atOnce, accounts, async (account) => {
      await copyAccount(account)
      onProgress(Math.min(++done, total), total)
    })
    for (const each of copiesOfDirectory) await rename(each, formerOf(each))
    await copyDirectory()
    const changed = copiesOfDirectory.flatMap((each) => listChangedBetween(formerOf(each), each))
    for (const each of copiesOfDirectory) await rm(formerOf(each))
    accounts = changed.map((did) => databases.account(did))
  }
  // Newer than their entries: the restore settles that.
  await inLanes(databases.atOnce, accounts, copyAccount)
  for (const each of await databases.list('auth')) await copy(each)
  return { copied, damaged }
}

const lost = ({ place }: Databases) =>
  new Error(`${place} holds no data of Vestibule: ${DIRECTORY} is missing`)

/** Whether a copy failed since what was copied cannot be read, and not since the copy cannot be written. */
function isOfSource(err: unknown): boolean {
  return err instanceof MissingPartError || isUnreadable(err)
}

/** Where the copy of the directory before is, until it is compared with the next. */
const formerOf = (path: string) => `${path}.former`

async function copySecrets(dataDir: string, folder: string): Promise<Manifest['secrets']> {
  const names = listSecrets(dataDir).filter(isNameable)
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
