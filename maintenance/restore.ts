import { existsSync } from 'node:fs'
import { chmod, copyFile, mkdir, readdir, rename, rm, rmdir } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { signOutEverywhere } from '../actors/account/lifecycle.ts'
import { readAccount } from '../database/account/profile.ts'
import { listDamages, openAsItIs, schemaVersion } from '../database/check/database.ts'
import { deleteAllRequests } from '../database/check/flow.ts'
import { closeDatabase, type Db, openDatabase } from '../database/database.ts'
import { checkData, type DataReport } from './check_data.ts'
import { type DatabaseKind, SECRETS, schemas } from './data_folder.ts'
import { type Manifest, readManifest, sha256File } from './manifest.ts'
import { type Rebuilt, rebuildDirectory } from './rebuild_directory.ts'

export type RestoreOptions = {
  folder: string
  /** Absent, empty, or with nothing but the secrets. */
  dataDir: string
  /** Ends every session, so that none comes back which was ended after the backup. */
  signOut?: boolean
  onProgress?: (done: number, total: number) => void
}

export type Restored = { manifest: Manifest; directory: Rebuilt; report: DataReport }

/**
 * Restores a backup. It is verified in a folder beside the data directory, which takes its place
 * at the very end: what is interrupted or found wrong leaves no data directory behind.
 *
 * Sign-ins that were under way at the time of the backup have ended: a code of theirs may have
 * been exchanged since.
 *
 * @throws {Error} when the backup is damaged or newer than this program, or the target not empty
 */
export async function restore({
  folder,
  dataDir,
  signOut = false,
  onProgress = () => {},
}: RestoreOptions): Promise<Restored> {
  const manifest = await readManifest(folder)
  const kept = existsSync(dataDir) ? await readdir(dataDir) : []
  if (kept.some((name) => name !== SECRETS)) throw new Error(`${dataDir} is not empty`)
  if (kept.length > 0 && manifest.secrets.length > 0) {
    throw new Error(`${dataDir} and the backup both hold secrets: move those away that are wrong`)
  }

  const beside = `${dataDir}.restoring`
  await rm(beside, { recursive: true, force: true })
  try {
    const files = [...manifest.databases, ...manifest.secrets]
    for (const [i, file] of files.entries()) {
      await copyVerified(folder, beside, file)
      onProgress(i + 1, files.length)
    }
    for (const { path, kind } of manifest.databases) {
      assertUndamaged(join(beside, path), path, kind)
      if (kind === 'auth') change(beside, path, kind, deleteAllRequests)
      if (kind === 'account' && signOut) change(beside, path, kind, endSessions)
    }
    const directory = rebuildDirectory(beside)
    const report = await checkData(beside)
    if (kept.length > 0) await rename(join(dataDir, SECRETS), join(beside, SECRETS))
    if (existsSync(dataDir)) await rmdir(dataDir)
    await rename(beside, dataDir)
    return { manifest, directory, report }
  } catch (err) {
    await rm(beside, { recursive: true, force: true })
    throw err
  }
}

function endSessions(db: Db): void {
  if (readAccount(db)) signOutEverywhere(db)
}

async function copyVerified(
  from: string,
  to: string,
  { path, sha256 }: { path: string; sha256: string },
) {
  const target = join(to, path)
  await mkdir(dirname(target), { recursive: true, mode: 0o700 })
  await copyFile(join(from, path), target).catch((err) => {
    throw new Error(`${path} is missing from the backup`, { cause: err })
  })
  await chmod(target, 0o600)
  if ((await sha256File(target)) !== sha256) {
    throw new Error(`${path} is not what was backed up: its checksum is another`)
  }
}

function assertUndamaged(path: string, name: string, kind: DatabaseKind): void {
  const db = openAsItIs(path)
  try {
    const [damage] = listDamages(db)
    if (damage) throw new Error(`${name} is damaged: ${damage}`)
    if (schemaVersion(db) > schemas[kind].steps.length) {
      throw new Error(`${name} has schema version ${schemaVersion(db)}: run a newer program`)
    }
  } finally {
    db.close()
  }
}

/** Opens a restored database as the program does, at its newest schema. */
function change(dataDir: string, path: string, kind: DatabaseKind, work: (db: Db) => void): void {
  const db = openDatabase(join(dataDir, path), schemas[kind])
  try {
    work(db)
  } finally {
    closeDatabase(db)
  }
}
