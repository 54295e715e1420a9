import { SAGA_ABANDONED } from '../../base/lifetimes.ts'
import { type Db, sql } from '../database.ts'

/** An account whose names are taken before its entry is made. */
export type EntryToBe = { did: string; handle: string | null; email: string | null }

/** Those that took too long are forgotten. */
export function putEntryToBe(db: Db, entry: EntryToBe, now: number): void {
  sql(db, 'DELETE FROM entry_to_be WHERE begun_at <= ?').run(now - SAGA_ABANDONED)
  sql(
    db,
    `INSERT OR REPLACE INTO entry_to_be (did, handle, email, begun_at)
     VALUES (@did, @handle, @email, @now)`,
  ).run({ did: entry.did, handle: entry.handle, email: entry.email, now })
}

/** Null also where it took too long: then it does not come any more. */
export function readEntryToBe(db: Db, did: string, now: number): EntryToBe | null {
  const row = sql(
    db,
    'SELECT did, handle, email FROM entry_to_be WHERE did = ? AND begun_at > ?',
  ).get(did, now - SAGA_ABANDONED)
  return (row as EntryToBe | undefined) ?? null
}

export function deleteEntryToBe(db: Db, did: string): void {
  sql(db, 'DELETE FROM entry_to_be WHERE did = ?').run(did)
}
