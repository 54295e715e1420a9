import Sqlite from 'better-sqlite3'
import { CHECK_LOCK_WAIT } from '../../base/lifetimes.ts'
import type { Db } from '../database.ts'

/**
 * Opens a database as it is, to look at it or to copy it; a running program does not mind.
 *
 * @throws {Error} when there is no such file or it is no database
 */
export function openAsItIs(path: string): Db {
  const db = new Sqlite(path, { fileMustExist: true, timeout: CHECK_LOCK_WAIT })
  try {
    db.pragma('user_version')
    return db
  } catch (err) {
    db.close()
    throw err
  }
}

export function schemaVersion(db: Db): number {
  return db.pragma('user_version', { simple: true }) as number
}

/** What SQLite itself finds wrong: damaged pages, broken indexes, dangling references. */
export function listDamages(db: Db): string[] {
  const integrity = db.pragma('integrity_check') as { integrity_check: string }[]
  const dangling = db.pragma('foreign_key_check') as { table: string; parent: string }[]
  return [
    ...integrity.map((row) => row.integrity_check).filter((line) => line !== 'ok'),
    ...dangling.map(({ table, parent }) => `a row of ${table} refers to nothing in ${parent}`),
  ]
}
