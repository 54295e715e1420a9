import Sqlite from 'better-sqlite3'

/** A database that nothing refers to would be closed. */
const locked = new Set<Sqlite.Database>()

/**
 * Locks a file, by SQLite's lock on it, until it is released or the process ends, however it ends.
 * There is nothing in the file.
 *
 * @returns what releases it; null where another process has it
 */
export function lockFile(path: string): (() => void) | null {
  const db = new Sqlite(path, { timeout: 0 })
  try {
    // No journal in a file beside it.
    db.pragma('journal_mode = MEMORY')
    db.exec('BEGIN EXCLUSIVE')
    locked.add(db)
    return () => {
      locked.delete(db)
      db.close()
    }
  } catch (err) {
    db.close()
    if ((err as { code?: string }).code === 'SQLITE_BUSY') return null
    throw err
  }
}
