import Sqlite from 'better-sqlite3'
import { codeOf } from '../../base/values/fault_code.ts'
import type { Db } from '../database.ts'
import { assertTables } from './pds_accounts.ts'

/**
 * Opens the account database of a PDS for this process alone, until it is closed: no PDS can start on it
 * meanwhile. A PDS that runs keeps a lock on it, also when it has nothing to do.
 *
 * The file must not be opened in another way meanwhile: closing that would take this lock away.
 *
 * @returns null where a PDS, or another program, works on it
 * @throws {Error} when it is not one
 */
export function holdPdsAccounts(path: string): Db | null {
  const db = new Sqlite(path, { fileMustExist: true, timeout: 0 })
  try {
    db.pragma('locking_mode = EXCLUSIVE')
    db.exec('BEGIN EXCLUSIVE; COMMIT')
    assertTables(db, path)
    return db
  } catch (err) {
    db.close()
    if (codeOf(err) === 'SQLITE_BUSY') return null
    throw err
  }
}

/** Copies a database of accounts that is held, by its own connection. */
export async function copyHeldAccounts(db: Db, to: string): Promise<void> {
  await db.backup(to)
}
