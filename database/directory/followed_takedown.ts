import { type Db, sql } from '../database.ts'

/** Remembers that an account was taken down here because it is on its PDS, with the PDS's `ref`. */
export function putFollowedTakedown(db: Db, did: string, ref: string): void {
  sql(db, 'INSERT OR REPLACE INTO followed_takedown (did, ref) VALUES (?, ?)').run(did, ref)
}

export function readFollowedTakedown(db: Db, did: string): string | null {
  const row = sql(db, 'SELECT ref FROM followed_takedown WHERE did = ?').get(did)
  return (row as { ref: string } | undefined)?.ref ?? null
}

export function deleteFollowedTakedown(db: Db, did: string): void {
  sql(db, 'DELETE FROM followed_takedown WHERE did = ?').run(did)
}

/** The DIDs of those on one PDS. There are few of them, so they are gone through and not the accounts. */
export function listFollowedTakedowns(db: Db, pdsDid: string): string[] {
  const rows = sql(
    db,
    `SELECT followed_takedown.did FROM followed_takedown CROSS JOIN account USING (did)
     WHERE pds_did = ?`,
  ).all(pdsDid) as { did: string }[]
  return rows.map(({ did }) => did)
}
