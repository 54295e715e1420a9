import Sqlite from 'better-sqlite3'
import { CHECK_LOCK_WAIT } from '../../base/lifetimes.ts'
import type { Db } from '../database.ts'
import { makeLazily } from '../lazy_tables.ts'
import type { Schema } from '../schema.ts'

/**
 * Opens a database as it is, to look at it or to copy it; a running program does not mind.
 *
 * @param schema of what it is to be asked for, at its newest version
 * @throws {Error} when there is no such file or it is no database
 */
export function openAsItIs(path: string, schema?: Schema): Db {
  const db = new Sqlite(path, { fileMustExist: true, timeout: CHECK_LOCK_WAIT })
  try {
    db.pragma('user_version')
    if (schema?.lean) makeLazily(db, schema.lean.later)
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
