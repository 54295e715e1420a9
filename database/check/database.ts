import { rmSync } from 'node:fs'
import { join } from 'node:path'
import Sqlite from 'better-sqlite3'
import { SMALL_FILE } from '../../base/files/small_file.ts'
import { makeTemporaryPath } from '../../base/files/temporary_folder.ts'
import { CHECK_LOCK_WAIT } from '../../base/lifetimes.ts'
import type { Db } from '../database.ts'
import { makeLazily } from '../lazy_tables.ts'
import { migrate, type Schema } from '../schema.ts'

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

/** Of the header of a database: whether it has a log (https://www.sqlite.org/fileformat.html#file_format_version_numbers). */
const VERSIONS = { at: 18, bytes: 2, withoutLog: 1 }

/**
 * Opens the content of a file in memory, to look at it: so no log is made beside the file and removed again, which
 * takes longer than to look through a small database.
 */
export function openContent(content: Buffer): Db {
  const own = Buffer.from(content)
  own.fill(VERSIONS.withoutLog, VERSIONS.at, VERSIONS.at + VERSIONS.bytes)
  return new Sqlite(own)
}

/**
 * Opens a database to be asked for what stands in it by the statements of this program. One of an older schema, which was
 * not used since an upgrade, does not know all of them: a copy is asked in its place ({@link copyUpToDate}).
 *
 * @throws {Error} when there is no such file or it is no database
 */
export function openUpToDate(path: string, schema: Schema): Db {
  const db = openAsItIs(path, schema)
  const version = schemaVersion(db)
  // One that is not made yet has nothing to be asked for.
  return version > 0 && version < schema.steps.length ? takeCopy(db, schema) : db
}

/**
 * Opens a copy of a database at the newest schema, on which all may be tried: the file stays as it is.
 *
 * @throws {Error} when there is no such file, it is no database, or a newer program wrote it
 */
export const openCopy = (path: string, schema: Schema): Db => takeCopy(openAsItIs(path), schema)

function takeCopy(db: Db, schema: Schema): Db {
  try {
    return copyUpToDate(db, schema)
  } finally {
    db.close()
  }
}

/**
 * Copies a database of an older schema, and brings the copy up to date, as the database is when it is next used. So its
 * content can be asked for, and the file stays as it is. What is larger than {@link SMALL_FILE} goes into a file without a
 * name, in the system's temporary folder, and not into memory.
 */
export function copyUpToDate(db: Db, schema: Schema): Db {
  const whole = readWhole(db, SMALL_FILE)
  const copy = whole === null ? openNamelessCopy(db) : openContent(whole)
  try {
    if (schema.lean) makeLazily(copy, schema.lean.later)
    migrate(copy, db.name, schema)
    return copy
  } catch (err) {
    copy.close()
    throw err
  }
}

function openNamelessCopy(db: Db): Db {
  const folder = makeTemporaryPath('check')
  try {
    const file = join(folder, 'copy.sqlite')
    db.prepare('VACUUM INTO ?').run(file)
    const copy = new Sqlite(file)
    // A journal would have no folder to be in.
    copy.pragma('journal_mode = MEMORY')
    return copy
  } finally {
    rmSync(folder, { recursive: true })
  }
}

/**
 * The file that a database would be without its log, at one moment; null where that is not to be had so: it has more
 * than `most` bytes; or an empty page, since SQLite gives zeros for one that it could not read, and does not say so;
 * or none, since SQLite would write the first.
 */
export function readWhole(db: Db, most: number): Buffer | null {
  const number = (pragma: string) => db.pragma(pragma, { simple: true }) as number
  const [pages, size] = [number('page_count'), number('page_size')]
  if (pages === 0 || pages * size > most) return null
  const whole = db.serialize()
  const empty = Buffer.alloc(size)
  for (let at = 0; at < whole.length; at += size) {
    if (whole.compare(empty, 0, size, at, at + size) === 0) return null
  }
  return whole
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
