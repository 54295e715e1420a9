import { statSync } from 'node:fs'
import type Sqlite from 'better-sqlite3'
import { assertStillThere, explainUnwritable, type OpenFile } from '../base/files/files.ts'
import { codeOf } from '../base/values/fault_code.ts'
import { naming, openNamed } from './named_error.ts'

/** A file that is locked, and the folders that go with it; null for one that was not seen yet. */
type Locked = { file: OpenFile; folders: Map<string, OpenFile | null> }

/** A database that nothing refers to would be closed. */
const locked = new Map<Sqlite.Database, Locked>()

/**
 * Locks a file, by SQLite's lock on it, until it is released or the process ends, however it ends.
 * There is nothing in the file.
 *
 * @param folders that are to stay, too, once they are seen: a disk may be mounted at each alone
 * @returns what releases it; null where another process has it
 * @throws {NoPermissionError} where it is another user's
 */
export function lockFile(path: string, folders: readonly string[] = []): (() => void) | null {
  const db = openLock(path)
  try {
    // No journal in a file beside it.
    db.pragma('journal_mode = MEMORY')
    db.exec('BEGIN EXCLUSIVE')
    const { dev, ino } = statSync(path)
    const file = { path, dev, ino }
    locked.set(db, { file, folders: new Map(folders.map((folder) => [folder, null])) })
    return () => {
      locked.delete(db)
      db.close()
    }
  } catch (err) {
    db.close()
    if (codeOf(err) === 'SQLITE_BUSY') return null
    throw explainUnwritable(naming(path, err), path)
  }
}

/**
 * Looks whether all that this process has locked is still there, and the folders that go with it as they were at the
 * first look. A folder of data that was unmounted may leave an empty one in its place, in which everybody's data would
 * begin anew.
 *
 * @throws {GoneError}
 */
export function assertLocksThere(): void {
  for (const { file, folders } of locked.values()) {
    assertStillThere(file)
    for (const [path, seen] of folders) {
      if (seen) assertStillThere(seen)
      else folders.set(path, see(path))
    }
  }
}

function openLock(path: string): Sqlite.Database {
  try {
    return openNamed(path, { timeout: 0 })
  } catch (err) {
    throw explainUnwritable(err, path)
  }
}

function see(path: string): OpenFile | null {
  const found = statSync(path, { throwIfNoEntry: false })
  return found ? { path, dev: found.dev, ino: found.ino } : null
}
