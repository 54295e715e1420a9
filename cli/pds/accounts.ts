import { accessSync, constants } from 'node:fs'
import { explainUnreadable, isThere } from '../../base/files/files.ts'
import type { Db } from '../../database/database.ts'
import { holdPdsAccounts } from '../../database/import/held_accounts.ts'
import { openPdsAccounts } from '../../database/import/pds_accounts.ts'
import { CliError, ExitCode } from '../errors.ts'

/**
 * Works on a copy of the account database of a PDS, which may run.
 *
 * @param path of the database
 * @throws {Error} when it is not one, or may not be read
 */
export async function onCopyOfAccounts<T>(
  path: string,
  work: (db: Db) => T | Promise<T>,
): Promise<T> {
  assertThere(path)
  const { db, close } = await openPdsAccounts(path)
  try {
    return await work(db)
  } finally {
    await close()
  }
}

/**
 * Works on the account database of a PDS itself; no PDS can start on it meanwhile.
 *
 * @param path of the database
 * @param folder where the PDS has its data
 * @throws {CliError} while a PDS works on it
 * @throws {NoPermissionError} where this user may not write to both
 */
export async function onAccounts<T>(
  path: string,
  folder: string,
  work: (db: Db) => T | Promise<T>,
): Promise<T> {
  assertThere(path)
  try {
    for (const each of [folder, path]) accessSync(each, constants.R_OK | constants.W_OK)
  } catch (err) {
    throw explainUnreadable(err)
  }
  const db = holdPdsAccounts(path)
  if (!db) throw new CliError(`A PDS works on ${path}: stop it, and run this again`)
  try {
    return await work(db)
  } finally {
    db.close()
  }
}

function assertThere(path: string): void {
  if (isThere(path)) return
  throw new CliError(`There is no ${path}; name the data folder of the PDS`, ExitCode.wrongUsage)
}
