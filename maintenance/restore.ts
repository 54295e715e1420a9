import { existsSync, rmSync } from 'node:fs'
import { mkdir, rm, symlink } from 'node:fs/promises'
import { join } from 'node:path'
import { signOutEverywhere } from '../actors/account/lifecycle.ts'
import { isThere } from '../base/files/files.ts'
import { makeFolder } from '../base/files/make_folder.ts'
import { DATABASE_FOLDERS } from '../base/files/private_files.ts'
import { nextEndedOpenidSignIn } from '../database/account/openid_sign_in.ts'
import { markOpenidTokensOfBackup } from '../database/account/openid_token.ts'
import { readAccount } from '../database/account/profile.ts'
import { markSessionsOfBackup } from '../database/account/session.ts'
import { listDamages, openAsItIs, schemaVersion } from '../database/check/database.ts'
import { deleteAllRequests } from '../database/check/flow.ts'
import { closeDatabase, type Db, openDatabase, transact } from '../database/database.ts'
import {
  deleteAllOperatorLinks,
  deleteAllOperatorSessions,
} from '../database/directory/operator_session.ts'
import { deleteAllWithdrawnIdentities } from '../database/directory/withdrawn_identity.ts'
import { noteOpenidEnding } from '../database/flow/openid_ending.ts'
import { isDamage } from '../database/named_error.ts'
import { newerSchema, SchemaTooNewError } from '../database/schema.ts'
import { copyVerified } from './backup/copied_files.ts'
import { type DamagedAccount, type Manifest, readManifest } from './backup/manifest.ts'
import { didOfRepo, type PdsPlaces, restorePds } from './backup/pds_data.ts'
import { checkData, type DataReport } from './check/data.ts'
import { type DatabaseKind, listSecrets, MOVE, SECRETS, schemas } from './data_folder/files.ts'
import { type Hold, holdData } from './data_folder/hold.ts'
import { readMoveOf } from './data_folder/move_mark.ts'
import { PartsElsewhere } from './data_folder/parts_elsewhere.ts'
import {
  assertNoData,
  commitStaged,
  isStaged,
  listInPlaceOfSecrets,
} from './data_folder/staging.ts'
import { type Rebuilt, rebuildDirectoryIn } from './rebuild_directory.ts'

export type RestoreOptions = {
  folder: string
  /** Absent, or without data: there may be secrets, and files with a dot as a home has them. */
  dataDir: string
  /** Ends every session, so that none comes back which was ended after the backup. */
  signOut?: boolean
  /** Where the PDS inside is to have its data. */
  pds?: PdsPlaces
  onProgress?: (done: number, total: number) => void
}

export type Restored = {
  manifest: Manifest
  directory: Rebuilt
  report: DataReport
  /** Whether what the PDS inside keeps was put back; what was there stays. */
  isPdsRestored: boolean
  /** Whether the keys are there, which a backup need not have. */
  hasKeys: boolean
  /** What the backup lacks, but for repos where those of the PDS inside were there. */
  damaged: DamagedAccount[]
}

/**
 * Restores a backup. It is verified in a folder inside the data directory and moved to its place at
 * the very end: what is interrupted before or found wrong leaves no data behind. What root restores
 * belongs to the owner of the data directory.
 *
 * Sign-ins that were under way at the time of the backup have ended: a code of theirs may have
 * been exchanged since. Sign-ups that were given up before it are not looked for any more: the DID of one may have moved
 * here since.
 *
 * @throws {Error} when the backup is damaged or newer than this program, or the target not empty
 * @throws {DataInUseError}
 */
export async function restore({
  folder,
  dataDir,
  signOut = false,
  pds,
  onProgress = () => {},
}: RestoreOptions): Promise<Restored> {
  const manifest = await readManifest(folder)
  const wasThere = existsSync(dataDir)
  const hold = holdVacant(dataDir)
  const prepared = join(dataDir, '.restoring')
  const folders = new PartsElsewhere(dataDir)
  let ofPds: PartsElsewhere | null = null
  try {
    const hasSecrets = manifest.secrets.length > 0
    const secrets = hasSecrets ? listInPlaceOfSecrets(dataDir) : []
    if (secrets.length > 0) {
      throw new Error(
        `${dataDir} and the backup both hold secrets: move those away that are wrong (${secrets.join(', ')})`,
      )
    }
    await rm(prepared, { recursive: true, force: true })
    await mkdir(prepared, { mode: 0o700 })
    const names = hasSecrets ? [...DATABASE_FOLDERS, SECRETS] : DATABASE_FOLDERS
    const links = await linkFolders({ dataDir, prepared, names }, folders)
    const files = [...manifest.databases, ...manifest.secrets]
    for (const [i, file] of files.entries()) {
      await copyVerified(folder, file, join(prepared, file.path))
      onProgress(i + 1, files.length)
    }
    const toTell: string[] = []
    for (const { path, kind } of manifest.databases) {
      assertUndamaged(join(prepared, path), path, kind)
      if (kind === 'auth') change(prepared, path, kind, deleteAllRequests)
      if (kind === 'directory') change(prepared, path, kind, (db) => endInDirectory(db, signOut))
      if (kind === 'account') {
        const did = change(prepared, path, kind, signOut ? endSessions : markOfBackup)
        if (did !== null) toTell.push(did)
      }
    }
    noteEndings(prepared, manifest, toTell)
    const directory = rebuildDirectoryIn(prepared)
    const report = await checkData(prepared)
    ofPds =
      manifest.pds && pds
        ? await restorePds(manifest.pds, pds, { folder, dataDir, prepared })
        : null
    for (const link of links) await rm(link)
    const parts = [folders, ofPds].flatMap((each) => each?.finish() ?? [])
    commitStaged(dataDir, prepared, parts)
    const isPdsRestored = ofPds !== null
    const damaged = manifest.damaged.filter(({ path }) => isPdsRestored || didOfRepo(path) === null)
    const hasKeys = listSecrets(dataDir).length > 0
    return { manifest, directory, report, isPdsRestored, damaged, hasKeys }
  } catch (err) {
    // All of it is on the disk, and decided: the next who holds the data goes on.
    if (isStaged(dataDir)) throw err
    await folders.remove()
    await ofPds?.remove()
    await rm(wasThere ? prepared : dataDir, { recursive: true, force: true })
    throw err
  } finally {
    hold.release()
  }
}

const finished = (dataDir: string) =>
  `What was interrupted at its very end, when all was on the disk, is finished now: ${dataDir} has its data again. Look through them: vestibule doctor --data`

/**
 * Whether a backup can be restored there, for who has to fetch one first, which takes its time.
 *
 * @throws as {@link holdVacant}
 */
export function assertRestorable(dataDir: string): void {
  const wasThere = existsSync(dataDir)
  const hold = holdVacant(dataDir)
  // While it is held: another program may begin there right after.
  if (!wasThere) rmSync(dataDir, { recursive: true, force: true })
  hold.release()
}

/**
 * Holds a data directory without data.
 *
 * @throws {Error} where there are some, also those of a restore that this has finished, or what it held went elsewhere
 * @throws {DataInUseError}
 */
function holdVacant(dataDir: string): Hold {
  const wasStaged = isStaged(dataDir)
  const hold = holdData(dataDir, { evenMoved: true })
  try {
    if (wasStaged) throw new Error(finished(dataDir))
    assertNoData(dataDir, DATABASE_FOLDERS)
    assertServedAlone(dataDir)
    return hold
  } catch (err) {
    hold.release()
    throw err
  }
}

/**
 * Folders that are there: a disk may be mounted at each, or a link lead to one. What belongs into it is prepared in it, and
 * until then stands with the rest by a link.
 *
 * @returns the links
 */
async function linkFolders(
  { dataDir, prepared, names }: { dataDir: string; prepared: string; names: string[] },
  folders: PartsElsewhere,
): Promise<string[]> {
  const found = names.filter((name) => isThere(join(dataDir, name)))
  return Promise.all(
    found.map(async (name) => {
      const target = await folders.add(join(dataDir, name))
      makeFolder(target)
      const link = join(prepared, name)
      await symlink(target, link)
      return link
    }),
  )
}

/** @throws {Error} where the data that were there went elsewhere: those of the backup would serve beside them */
function assertServedAlone(dataDir: string): void {
  const move = readMoveOf(dataDir)
  if (!move) return
  throw new Error(
    `${join(dataDir, MOVE)} says that the data were on their way between here and ${move.place}: see that nothing serves them there, remove that file, and restore again`,
  )
}

function endInDirectory(directory: Db, signOut: boolean): void {
  deleteAllWithdrawnIdentities(directory)
  deleteAllOperatorLinks(directory)
  if (signOut) deleteAllOperatorSessions(directory)
}

/** @returns DID of the account where OpenID clients are to be told of that */
function endSessions(db: Db): string | null {
  const account = readAccount(db)
  if (!account) return null
  signOutEverywhere(db)
  return nextEndedOpenidSignIn(db) === null ? null : account.did
}

/** Clients may have refreshed since. */
function markOfBackup(db: Db): null {
  markSessionsOfBackup(db)
  markOpenidTokensOfBackup(db)
  return null
}

/** Has the program tell OpenID clients of what was ended here. It does not matter which of its auth actors does. */
function noteEndings(prepared: string, { databases }: Manifest, dids: readonly string[]): void {
  const auth = databases.find(({ kind }) => kind === 'auth')
  if (!auth || dids.length === 0) return
  change(prepared, auth.path, auth.kind, (db) => {
    transact(db, () => {
      for (const did of dids) noteOpenidEnding(db, did)
    })
  })
}

function assertUndamaged(path: string, name: string, kind: DatabaseKind): void {
  const damaged = (damage: string, cause?: unknown) =>
    new Error(`${name} is damaged (${damage}); restore another backup`, { cause })
  try {
    const db = openAsItIs(path)
    try {
      const [damage] = listDamages(db)
      if (damage) throw damaged(damage)
      const newer = newerSchema(schemas[kind], schemaVersion(db))
      if (newer !== null) throw new SchemaTooNewError(name, newer)
    } finally {
      db.close()
    }
  } catch (err) {
    // SQLite may find so much damage that it looks no further, and does not say of which file.
    throw isDamage(err) ? damaged((err as Error).message, err) : err
  }
}

/** Opens a restored database as the program does, at its newest schema. */
function change<T>(dataDir: string, path: string, kind: DatabaseKind, work: (db: Db) => T): T {
  const db = openDatabase(join(dataDir, path), schemas[kind])
  try {
    return work(db)
  } finally {
    closeDatabase(db)
  }
}
