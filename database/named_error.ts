import { dirname } from 'node:path'
import Sqlite from 'better-sqlite3'
import { findForbidden } from '../base/files/files.ts'

/** What SQLite says of a file that is no database, or not what it was. */
const DAMAGED = /^SQLITE_(NOTADB|CORRUPT)/

/**
 * What it says where a database, what is beside it or its folder is not for this user, and for other reasons, too
 * (https://sqlite.org/rescode.html).
 */
const REFUSED = /^SQLITE_(CANTOPEN|READONLY|PERM)/

/** A file or folder that this user may not use: it is why SQLite failed. */
type Refused = { forbidden?: string | null }

/** Of an error that {@link naming} has named; null where it is another one. */
export function forbiddenPart(err: unknown): string | null {
  return (err instanceof Sqlite.SqliteError && (err as Refused).forbidden) || null
}

/** Whether SQLite says that a database is not what it was. */
export function isDamage(err: unknown): boolean {
  return err instanceof Sqlite.SqliteError && DAMAGED.test(err.code)
}

/** Whether nothing can be written to a database for now: its disk is full, or takes nothing any more. */
export function isUnwritable(err: unknown): boolean {
  return err instanceof Sqlite.SqliteError && /^SQLITE_(FULL|IOERR|READONLY)/.test(err.code)
}

/** Whether a database could not be copied or looked at for what it is itself, and not since a disk is full. */
export function isUnreadable(err: unknown): boolean {
  return err instanceof Sqlite.SqliteError && err.code !== 'SQLITE_FULL'
}

/** SQLite's own error (`cause`) with the file that it is about, which it does not say; every other error as it is. */
export function naming(path: string, err: unknown): unknown {
  if (!(err instanceof Sqlite.SqliteError)) return err
  const { message, code } = err
  const parts = [path, `${path}-wal`, `${path}-shm`, dirname(path)]
  const forbidden = REFUSED.test(code) ? findForbidden(parts) : null
  const advice = DAMAGED.test(code)
    ? '. How to go on: docs/backup.md#a-damaged-database'
    : forbidden && `. The user of this program may not use ${forbidden}`
  const named = new Sqlite.SqliteError(`${path}: ${message}${advice ?? ''}`, code)
  return Object.assign(named, { cause: err, forbidden } satisfies Refused & { cause: unknown })
}

/** Opens a database, or says which one cannot be. */
export function openNamed(path: string, options?: Sqlite.Options): Sqlite.Database {
  try {
    return new Sqlite(path, options)
  } catch (err) {
    throw naming(path, err)
  }
}
