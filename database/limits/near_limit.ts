import { makeRoom } from '../bounded_table.ts'
import { type Db, sql, transact } from '../database.ts'
import { hashSecret } from '../hash.ts'
import { NEAR_LIMITS } from './bounds.ts'

/** A counter is near its limit while no more than this share of its points is left. */
const NEAR = 0.2

/** Characters of a key that are kept; people type names of any length. */
const MAX_KEY = 300

/** How many names are kept at least before those that begin anew first make room. */
export const NAMES_KEPT = Math.floor(NEAR_LIMITS.maxBytes / (100 + MAX_KEY))

/** A counter that is used up, or nearly. `resetsAt` is milliseconds since the epoch. */
export type NearLimit = {
  /** The beginning of the hash of its key. */
  id: string
  key: string
  used: number
  points: number
  resetsAt: number
}

export const isNear = (points: number, remaining: number): boolean => remaining <= points * NEAR

/** Keeps the name of a counter, which otherwise is known by a hash alone. */
export function noteNear(
  db: Db,
  { key, points }: { key: string; points: number },
  resetsAt: number,
): void {
  const hash = hashSecret(key)
  const isKnown = sql(db, 'UPDATE near_limit SET resets_at = ? WHERE key = ?').run(resetsAt, hash)
  if (isKnown.changes > 0) return
  const name = key.slice(0, MAX_KEY)
  makeRoom(db, NEAR_LIMITS, 100 + name.length)
  sql(db, 'INSERT INTO near_limit (key, name, points, resets_at) VALUES (?, ?, ?, ?)').run(
    hash,
    name,
    points,
    resetsAt,
  )
}

const ID = 'lower(hex(substr(near_limit.key, 1, 6)))'

const SELECT = `
  SELECT ${ID} AS id, name AS key, counter.points AS used, near_limit.points AS points,
         counter.resets_at AS resetsAt
  FROM near_limit JOIN counter ON counter.key = near_limit.key
  WHERE counter.resets_at > @now AND counter.points >= near_limit.points * ${1 - NEAR}`

/**
 * The limits that are used up come first, and among those the ones that end last.
 *
 * @param text in lower case, in their keys
 */
export function listNear(db: Db, { text, limit }: { text: string; limit: number }): NearLimit[] {
  return sql(
    db,
    `${SELECT} AND instr(lower(name), @text)
     ORDER BY counter.points >= near_limit.points DESC, counter.resets_at DESC LIMIT @limit`,
  ).all({ text, limit, now: Date.now() }) as NearLimit[]
}

/** How many are used up, of those whose names are kept. */
export function countReached(db: Db): number {
  return sql(
    db,
    `SELECT count(*) FROM near_limit JOIN counter ON counter.key = near_limit.key
     WHERE counter.resets_at > ? AND counter.points >= near_limit.points`,
  )
    .pluck()
    .get(Date.now()) as number
}

/** Gives a counter all its points back. @returns how it stood; null where none of that id is near */
export function liftNear(db: Db, id: string): NearLimit | null {
  return transact(db, () => {
    const found = sql(db, `${SELECT} AND ${ID} = @id`).get({ id, now: Date.now() }) as
      | NearLimit
      | undefined
    if (!found) return null
    // It stays: one that is not there begins where those stood that had to make room.
    sql(
      db,
      `UPDATE counter SET points = 0
       WHERE key IN (SELECT key FROM near_limit WHERE ${ID} = ?)`,
    ).run(id)
    sql(db, `DELETE FROM near_limit WHERE ${ID} = ?`).run(id)
    return found
  })
}
