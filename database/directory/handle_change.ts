import { type Db, sql } from '../database.ts'

/** A handle change under way: the new handle is held for the account. */
export type HandleChange = {
  did: string
  newHandle: string
  createdAt: number
  /** The account's when the person asked for it; null where the operator did. */
  generation: number | null
}

const columns = 'did, new_handle AS newHandle, created_at AS createdAt, generation'

export function putHandleChange(db: Db, change: HandleChange): void {
  sql(
    db,
    `INSERT INTO handle_change (did, new_handle, created_at, generation)
     VALUES (@did, @newHandle, @createdAt, @generation)
     ON CONFLICT (did) DO UPDATE SET
       new_handle = @newHandle, created_at = @createdAt, generation = @generation`,
  ).run(change)
}

export function findHandleChange(db: Db, newHandle: string): HandleChange | null {
  const row = sql(db, `SELECT ${columns} FROM handle_change WHERE new_handle = ?`).get(newHandle)
  return (row as HandleChange | undefined) ?? null
}

export function readHandleChange(db: Db, did: string): HandleChange | null {
  const row = sql(db, `SELECT ${columns} FROM handle_change WHERE did = ?`).get(did)
  return (row as HandleChange | undefined) ?? null
}

/** Those begun before `before` (ms). */
export function listHandleChanges(db: Db, before: number): HandleChange[] {
  return sql(db, `SELECT ${columns} FROM handle_change WHERE created_at < ?`).all(
    before,
  ) as HandleChange[]
}

/** @param createdAt only the attempt that began then; unless given, the change that there is */
export function deleteHandleChange(db: Db, did: string, createdAt: number | null = null): void {
  sql(db, 'DELETE FROM handle_change WHERE did = ? AND created_at = coalesce(?, created_at)').run(
    did,
    createdAt,
  )
}
