import { type Dirent, readdirSync, type Stats, statSync } from 'node:fs'
import { join } from 'node:path'
import { explainUnreadable, isThere } from '../../base/files/files.ts'
import { ACCOUNTS_FOLDER } from '../../base/files/private_files.ts'
import { codeOf } from '../../base/values/fault_code.ts'
import { accountSchema } from '../../database/account/schema.ts'
import { directorySchema } from '../../database/directory/schema.ts'
import { flowSchema } from '../../database/flow/schema.ts'
import { isAccountFile, isAuthFile } from '../../database/paths.ts'
import type { Schema } from '../../database/schema.ts'

export type DatabaseKind = 'account' | 'auth' | 'directory'

/** The schemas this program knows. */
export const schemas: Record<DatabaseKind, Schema> = {
  account: accountSchema,
  auth: flowSchema,
  directory: directorySchema,
}

/** The first part of the directory. */
export const DIRECTORY = 'directory.sqlite'
const DIRECTORY_PART = /^directory-(\d+)\.sqlite$/
export const SECRETS = 'secrets'
/** What the embedded PDS keeps (`embedded/folder.ts`). */
export const EMBEDDED_PDS = 'pds'
/** That the data are moved (`maintenance/data_folder/move_mark.ts`). */
export const MOVE = 'move.json'
/** Locked by the program that works on the directory (`maintenance/data_folder/hold.ts`). */
export const LOCK = 'program.lock'

/**
 * Paths of the databases of one kind, relative to the data directory, in order.
 *
 * @throws {NoPermissionError}
 */
export function listDatabases(dataDir: string, kind: DatabaseKind): string[] {
  if (kind === 'directory') return listDirectories(dataDir)
  if (kind === 'auth') {
    const names = listFolder(join(dataDir, 'auth'), 'file').filter(isAuthFile)
    return names.map((name) => join('auth', name))
  }
  return accountFolders(dataDir).flatMap((folder) =>
    listFolder(join(dataDir, 'accounts', folder), 'file')
      .filter((name) => isAccountFile(folder, name))
      .map((name) => join('accounts', folder, name)),
  )
}

/**
 * Databases among the accounts that are of none, as somebody's copy of one: they are left out of all that is done to
 * the accounts. Relative to the data directory.
 *
 * @throws {NoPermissionError}
 */
export function listStrayDatabases(dataDir: string): string[] {
  return accountFolders(dataDir).flatMap((folder) =>
    listFolder(join(dataDir, 'accounts', folder), 'file')
      .filter((name) => /\.sqlite$/i.test(name) && !isAccountFile(folder, name))
      .map((name) => join('accounts', folder, name)),
  )
}

/** A disk that is mounted there has folders of its own, which this user may not read. */
export function accountFolders(dataDir: string): string[] {
  return listFolder(join(dataDir, 'accounts'), 'folder').filter((name) =>
    ACCOUNTS_FOLDER.test(name),
  )
}

/** When the databases that every sign-in writes to were last written to, ms; 0 where there are none. */
export function lastWritten(dataDir: string): number {
  const paths = (['directory', 'auth'] as const).flatMap((kind) => listDatabases(dataDir, kind))
  const times = paths.flatMap((path) =>
    [path, `${path}-wal`].map(
      (name) => statSync(join(dataDir, name), { throwIfNoEntry: false })?.mtimeMs ?? 0,
    ),
  )
  return Math.max(0, ...times)
}

/**
 * The keys, also those that a link leads to. A file with a dot before its name is one whose writing was cut off.
 *
 * @throws {NoPermissionError}
 */
export const listSecrets = (dataDir: string) =>
  listFolder(join(dataDir, SECRETS), 'file').filter((name) => !name.startsWith('.'))

/** In the order of the parts. */
function listDirectories(dataDir: string): string[] {
  const numberOf = (name: string) => Number(DIRECTORY_PART.exec(name)?.[1] ?? 0)
  return listFolder(dataDir, 'file')
    .filter((name) => name === DIRECTORY || DIRECTORY_PART.test(name))
    .sort((a, b) => numberOf(a) - numberOf(b))
}

/** The names of all files or folders in a folder, also where a link leads to one. */
function listFolder(path: string, kind: 'file' | 'folder'): string[] {
  const isOne = (found: Dirent | Stats | undefined) =>
    (kind === 'file' ? found?.isFile() : found?.isDirectory()) === true
  if (!isThere(path)) return []
  try {
    return readdirSync(path, { withFileTypes: true })
      .filter((entry) =>
        entry.isSymbolicLink() ? isOne(statOf(join(path, entry.name))) : isOne(entry),
      )
      .map(({ name }) => name)
      .sort()
  } catch (err) {
    throw explainUnreadable(err, path)
  }
}

/** Of what a link leads to; undefined where that is nothing, or the link itself. */
function statOf(link: string): Stats | undefined {
  try {
    return statSync(link)
  } catch (err) {
    if (/^(ENOENT|ELOOP|ENOTDIR)$/.test(codeOf(err))) return undefined
    throw err
  }
}
