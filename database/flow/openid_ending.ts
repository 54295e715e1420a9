import { OPENID_LOGOUT_PAUSES, SAGA_ABANDONED } from '../../base/lifetimes.ts'
import { type Db, sql } from '../database.ts'
import { joining } from '../group_commit.ts'

/** An account of whose endings OpenID clients may have to be told; it says which. */
export type OpenidEnding = {
  did: string
  /** ms; it grows with each ending that begins. */
  notedAt: number
}

/**
 * To be called before an ending: when the program dies meanwhile, the account is looked at later.
 *
 * @returns what {@link settleOpenidEnding} is to be told
 */
export function noteOpenidEnding(db: Db, did: string): number {
  const now = Date.now()
  return joining(
    db,
    `INSERT INTO openid_ending (did, noted_at, due_at) VALUES (?, ?, ?)
     ON CONFLICT (did) DO UPDATE SET noted_at = max(noted_at + 1, excluded.noted_at),
       due_at = min(due_at, excluded.due_at)
     RETURNING noted_at`,
  )
    .pluck()
    .get(did, now, now + SAGA_ABANDONED) as number
}

const LONGEST_PAUSE = Math.max(SAGA_ABANDONED, ...OPENID_LOGOUT_PAUSES)

/** Those that are due, the oldest first, and last what was put off further than is ever done, by a clock that was ahead. */
export function listOpenidEndings(db: Db, limit: number): OpenidEnding[] {
  return sql(
    db,
    `SELECT did, noted_at AS notedAt FROM openid_ending
     WHERE due_at <= @now OR due_at > @now + ${LONGEST_PAUSE} ORDER BY due_at LIMIT @limit`,
  ).all({ now: Date.now(), limit }) as OpenidEnding[]
}

/**
 * Notes when the account is to be looked at again. Not where another ending has begun meanwhile, which does that
 * itself.
 *
 * @param dueAt ms; null where nothing is left to tell
 */
export function settleOpenidEnding(
  db: Db,
  { did, notedAt }: OpenidEnding,
  dueAt: number | null,
): void {
  if (dueAt === null) {
    joining(db, 'DELETE FROM openid_ending WHERE did = ? AND noted_at = ?').run(did, notedAt)
    return
  }
  const text = 'UPDATE openid_ending SET due_at = ? WHERE did = ? AND noted_at = ?'
  joining(db, text).run(dueAt, did, notedAt)
}
