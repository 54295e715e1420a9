import Sqlite from 'better-sqlite3'

/** What SQLite says of a file that is no database, or not what it was. */
const DAMAGED = /^SQLITE_(NOTADB|CORRUPT)/

/** SQLite's own error with the file that it is about, which it does not say; every other error as it is. */
export function naming(path: string, err: unknown): unknown {
  if (!(err instanceof Sqlite.SqliteError)) return err
  const { message, code } = err
  const advice = DAMAGED.test(code) ? '. How to go on: docs/backup.md#a-damaged-database' : ''
  return new Sqlite.SqliteError(`${path}: ${message}${advice}`, code)
}

/** Opens a database, or says which one cannot be. */
export function openNamed(path: string, options?: Sqlite.Options): Sqlite.Database {
  try {
    return new Sqlite(path, options)
  } catch (err) {
    throw naming(path, err)
  }
}
