import { type Db, sql } from '../database.ts'
import type { SignUp } from './sign_up.ts'

/** The DID of a sign-up that was given up, and that its PDS may publish all the same. */
export type WithdrawnIdentity = Pick<SignUp, 'pdsDid' | 'movedFrom'> & {
  did: string
  withdrawnAt: number
}

export function putWithdrawnIdentity(db: Db, identity: WithdrawnIdentity): void {
  sql(
    db,
    `INSERT OR REPLACE INTO withdrawn_identity (did, pds_did, moved_from, withdrawn_at, looked_at)
     VALUES (@did, @pdsDid, @movedFrom, @withdrawnAt, @withdrawnAt)`,
  ).run(identity)
}

/** Those that were looked at the longest ago first. */
export function listWithdrawnIdentities(db: Db, limit: number): WithdrawnIdentity[] {
  return sql(
    db,
    `SELECT did, pds_did AS pdsDid, moved_from AS movedFrom, withdrawn_at AS withdrawnAt
     FROM withdrawn_identity ORDER BY looked_at LIMIT ?`,
  ).all(limit) as WithdrawnIdentity[]
}

/** Notes that it is looked at now (ms). @returns whether it is there */
export function lookAtWithdrawnIdentity(db: Db, did: string, now: number): boolean {
  const update = 'UPDATE withdrawn_identity SET looked_at = ? WHERE did = ?'
  return sql(db, update).run(now, did).changes > 0
}

export function deleteWithdrawnIdentity(db: Db, did: string): void {
  sql(db, 'DELETE FROM withdrawn_identity WHERE did = ?').run(did)
}

export function deleteAllWithdrawnIdentities(db: Db): void {
  sql(db, 'DELETE FROM withdrawn_identity').run()
}
