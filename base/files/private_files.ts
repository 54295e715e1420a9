import { chmodSync, closeSync, openSync, readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { SettingsError } from '../errors.ts'
import { codeOf } from '../values/fault_code.ts'
import { explainUnwritable } from './files.ts'
import { makeFolder } from './make_folder.ts'

/** How a folder of accounts is called: by the last two characters of their DIDs. */
export const ACCOUNTS_FOLDER = /^[\w.:%-]{2}$/

/** Of a data directory: where the databases of accounts and of auth actors are. A disk may be mounted at each. */
export const DATABASE_FOLDERS = ['accounts', 'auth']

const FOLDER = 0o700
const FILE = 0o600
const OTHERS = 0o077
/** Anybody may write to such a folder, as to `/tmp`. */
const STICKY = 0o1000

/**
 * Makes the data folder with mode 0700. When it is there already, it and the folders in it get that
 * mode. The files in it get theirs when they are opened; until then the folder protects them.
 *
 * @throws {SettingsError} when that is not possible
 */
export function makePrivateDataFolder(path: string): void {
  makeDataFolder(path)
  if (statSync(path).mode & STICKY) {
    throw new SettingsError([
      `ENTRYWAY_DATA_DIR: ${path} is shared by all users; name a folder of its own, such as ${join(path, 'vestibule')}`,
    ])
  }
  closeToOthers(path)
  for (const name of ['accounts', 'auth', 'limits', 'mail', 'pds', 'secrets']) {
    const folder = join(path, name)
    if (!statSync(folder, { throwIfNoEntry: false })?.isDirectory()) continue
    closeToOthers(folder)
    if (name !== 'accounts') continue
    const parts = readdirSync(folder).filter((part) => ACCOUNTS_FOLDER.test(part))
    for (const part of parts) closeToOthers(join(folder, part))
  }
}

/** Makes the data folder, where it is not there. @throws {SettingsError} where it cannot be one */
export function makeDataFolder(path: string): void {
  try {
    makeFolder(path)
  } catch (err) {
    const code = codeOf(err)
    const found = explainUnwritable(err, path)
    if (found !== err) throw found
    const isInTheWay = code === 'EEXIST' || code === 'ENOTDIR'
    const why = isInTheWay ? 'there is a file in the way' : code || (err as Error).message
    throw new SettingsError([
      `ENTRYWAY_DATA_DIR: must be a folder, such as /var/lib/vestibule; ${path} cannot be one: ${why}`,
    ])
  }
}

/**
 * Makes a file that only this user reads, or takes one that is there from other users. What SQLite
 * puts beside a database gets the database's mode.
 *
 * @throws {SettingsError} when that is not possible
 */
export function makePrivateFile(path: string): void {
  closeSync(openSync(path, 'a', FILE))
  for (const file of [path, `${path}-wal`, `${path}-shm`]) closeToOthers(file)
}

function closeToOthers(path: string): void {
  const found = statSync(path, { throwIfNoEntry: false })
  if (!found || !(found.mode & OTHERS)) return
  const mode = found.isDirectory() ? FOLDER : FILE
  try {
    chmodSync(path, mode)
  } catch {
    throw new SettingsError([
      `${path}: can be read by other users; run this as its owner: chmod ${mode.toString(8)} ${path}`,
    ])
  }
}
