import { statSync } from 'node:fs'
import type Sqlite from 'better-sqlite3'
import { assertStillThere, type OpenFile } from '../base/files.ts'
import { naming, openNamed } from './named_error.ts'

/** A database that nothing refers to would be closed. */
const locked = new Map<Sqlite.Database, OpenFile>()

/**
 * Locks a file, by SQLite's lock on it, until it is released or the process ends, however it ends.
 * There is nothing in the file.
 *
 * @returns what releases it; null where another process has it
 */
export function lockFile(path: string): (() => void) | null {
  const db = openNamed(path, { timeout: 0 })
  try {
    // No journal in a file beside it.
    db.pragma('journal_mode = MEMORY')
    db.exec('BEGIN EXCLUSIVE')
    const { dev, ino } = statSync(path)
    locked.set(db, { path, dev, ino })
    return () => {
      locked.delete(db)
      db.close()
    }
  } catch (err) {
    db.close()
    if ((err as { code?: string }).code === 'SQLITE_BUSY') return null
    throw naming(path, err)
  }
}

/**
 * Looks whether all that this process has locked is still there. A folder of data that was unmounted may
 * leave an empty one in its place, in which everybody's data would begin anew.
 *
 * @throws {GoneError}
 */
export function assertLocksThere(): void {
  for (const file of locked.values()) assertStillThere(file)
}
