import { type Db, sql } from '../database.ts'

/** An account whose deletion was decided on; its names stay taken until all of it is gone. */
export type Deletion = { did: string; createdAt: number }

export function putDeletion(db: Db, did: string, now: number): void {
  sql(db, 'INSERT OR IGNORE INTO deletion (did, created_at) VALUES (?, ?)').run(did, now)
}

/** SQL: those of accounts that are not about to be deleted. */
const KEPT =
  'SELECT did FROM account WHERE NOT EXISTS (SELECT 1 FROM deletion WHERE deletion.did = account.did)'

/** Whether there is an account of it, which is not about to be deleted. */
export function isKept(db: Db, did: string): boolean {
  return sql(db, `${KEPT} AND did = ?`).get(did) !== undefined
}

/** DIDs of all such. */
export function listKept(db: Db): string[] {
  return sql(db, `${KEPT} ORDER BY did`).pluck().all() as string[]
}

/** Those begun before `before` (ms). */
export function listDeletions(db: Db, before: number): Deletion[] {
  return sql(db, 'SELECT did, created_at AS createdAt FROM deletion WHERE created_at < ?').all(
    before,
  ) as Deletion[]
}

export function deleteDeletion(db: Db, did: string): void {
  sql(db, 'DELETE FROM deletion WHERE did = ?').run(did)
}
