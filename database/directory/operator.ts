import { type Db, sql } from '../database.ts'

/** An account that may use the operator's page; `addedAt` is milliseconds since the epoch. */
export type OperatorRow = { did: string; handle: string | null; addedAt: number }

/** @returns whether it is new @throws where the directory has no such account */
export function insertOperator(db: Db, did: string, now: number): boolean {
  const added = sql(db, 'INSERT OR IGNORE INTO operator (did, added_at) VALUES (?, ?)')
  return added.run(did, now).changes > 0
}

/** Its sessions go, too. @returns whether it was one */
export function deleteOperator(db: Db, did: string): boolean {
  return sql(db, 'DELETE FROM operator WHERE did = ?').run(did).changes > 0
}

export function isOperator(db: Db, did: string): boolean {
  return sql(db, 'SELECT 1 FROM operator WHERE did = ?').get(did) !== undefined
}

/** The first one first. They are few, so they are gone through and not the accounts. */
export function listOperators(db: Db): OperatorRow[] {
  return sql(
    db,
    `SELECT did, handle, added_at AS addedAt FROM operator CROSS JOIN account USING (did)
     ORDER BY added_at, did`,
  ).all() as OperatorRow[]
}
