import { rmSync, writeFileSync } from 'node:fs'
import { chmod } from 'node:fs/promises'
import { dirname } from 'node:path'
import { makeFolder } from '../../base/files/make_folder.ts'
import { SMALL_FILE } from '../../base/files/small_file.ts'
import { codeOf } from '../../base/values/fault_code.ts'
import { listDamages, openAsItIs, readWhole } from '../../database/check/database.ts'
import type { Db } from '../../database/database.ts'
import { isUnreadable, naming } from '../../database/named_error.ts'

/** As many pages as there are: a database is copied in one read transaction. */
const ALL_PAGES = 0x7fffffff

/**
 * Copies a database as it is at one moment; requests that write do not wait for it. A small one, of which there may
 * be a million, is read at once; any other goes by SQLite's online backup.
 *
 * @throws {SqliteError} where it cannot be read, or the disk of the copy is full
 * @throws {Error} where the copy cannot be written
 */
export async function copyOnline(from: string, to: string): Promise<void> {
  makeFolder(dirname(to))
  rmSync(to, { force: true })
  try {
    await copyTo(to, openAsItIs(from))
  } catch (err) {
    // SQLite does not say either which of the two it is about: the disk of the other one may be full.
    const named = naming(`${from} cannot be copied to ${to}`, err)
    throw isUnreadable(named) && isWhole(from) ? ofCopy(named as Error) : named
  }
}

/** Whether all of a database can be read. */
function isWhole(path: string): boolean {
  try {
    const db = openAsItIs(path)
    try {
      return listDamages(db).length === 0
    } finally {
      db.close()
    }
  } catch {
    return false
  }
}

/** No error of SQLite, by which a database that is copied would be taken for one that is damaged. */
function ofCopy(err: Error): Error {
  return Object.assign(new Error(err.message, { cause: err }), { code: codeOf(err) })
}

async function copyTo(to: string, db: Db): Promise<void> {
  try {
    const whole = readWhole(db, SMALL_FILE)
    if (whole !== null) return writeFileSync(to, whole, { mode: 0o600 })
    await db.backup(to, { progress: () => ALL_PAGES })
    await chmod(to, 0o600)
  } finally {
    db.close()
  }
}

/** What to say of a database that could not be copied, without the paths. */
export function whyUnread(err: unknown): string {
  const { message, cause } = err as Error
  return `cannot be read: ${cause instanceof Error ? cause.message : message}`
}
