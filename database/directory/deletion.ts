import { type Db, sql } from '../database.ts'

/** An account whose deletion was decided on; its names stay taken until all of it is gone. */
export type Deletion = { did: string; createdAt: number }

export function putDeletion(db: Db, did: string, now: number): void {
  sql(db, 'INSERT OR IGNORE INTO deletion (did, created_at) VALUES (?, ?)').run(did, now)
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
