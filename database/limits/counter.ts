import { makeRoom, measureAnew } from '../bounded_table.ts'
import { type Db, sql, transact } from '../database.ts'
import { hashSecret } from '../hash.ts'
import { isWide, NARROW_COUNTERS, WIDE_COUNTERS } from './bounds.ts'
import { isNear, noteNear } from './near_limit.ts'

/**
 * A counter that may go up to `points` within a window of `seconds`. The first line of its key names the
 * limit, the others whom it counts.
 */
export type Counter = { key: string; points: number; seconds: number }

/** What is left of a counter: `remaining` points until `resetsAt` (ms since the epoch). */
export type Quota = { remaining: number; resetsAt: number }

/**
 * Takes a point from each counter, or from none where one of them is used up: asking again and
 * again does not prolong the wait. One that would end later than a window from now was begun while the
 * clock was ahead, and begins anew. One transaction, so that of many requests at once no more pass
 * than may.
 */
export function takePoints(
  db: Db,
  counters: Counter[],
  now = Date.now(),
): { isAllowed: boolean; quotas: Quota[] } {
  const [only, ...others] = counters
  const quota = only && !others.length ? takeAtOnce(db, only, now) : null
  if (only && quota) {
    noteIfNear(db, only, quota)
    return { isAllowed: true, quotas: [quota] }
  }
  return transact(db, () => {
    const before = counters.map((counter) => read(db, counter, now))
    const isAllowed = before.every(({ remaining }) => remaining > 0)
    if (!isAllowed) return { isAllowed, quotas: before }
    for (const bounded of [NARROW_COUNTERS, WIDE_COUNTERS]) {
      const some = counters.filter((counter) => isWide(counter) === (bounded === WIDE_COUNTERS))
      if (some.length) makeRoom(db, bounded, 130 * some.length)
    }
    const quotas = counters.map((counter) => take(db, counter, now))
    for (const [i, counter] of counters.entries()) noteIfNear(db, counter, quotas[i] as Quota)
    return { isAllowed, quotas }
  })
}

function noteIfNear(db: Db, counter: Counter, { remaining, resetsAt }: Quota): void {
  if (isNear(counter.points, remaining)) noteNear(db, counter, resetsAt)
}

/**
 * Takes a point in one statement, which is half the work, where the counter is there and has one left: so
 * it is with nearly all that programs ask. @returns null where that is not so
 */
function takeAtOnce(db: Db, { key, points, seconds }: Counter, now: number): Quota | null {
  const row = sql(
    db,
    `UPDATE counter SET points = points + 1
     WHERE key = @key AND resets_at > @now AND resets_at <= @resetsAt AND points < @points
     RETURNING points, resets_at AS resetsAt`,
  ).get({ key: hashSecret(key), now, resetsAt: now + seconds * 1_000, points }) as Row | undefined
  return row ? { remaining: points - row.points, resetsAt: row.resetsAt } : null
}

/** Seconds until the counters that are used up begin anew, at least one: for `Retry-After`. */
export function secondsToWait(quotas: readonly Quota[]): number {
  const usedUp = quotas.filter(({ remaining }) => remaining === 0)
  const resetsAt = Math.max(...usedUp.map((each) => each.resetsAt))
  return Math.max(1, Math.ceil((resetsAt - Date.now()) / 1_000))
}

/**
 * A point that was taken from the counter of `key`, which may go up to `points`, in the window that ends at
 * `resetsAt` (ms since the epoch).
 */
export type TakenPoint = { key: string; points: number; resetsAt: number }

/** @param quotas of the counters, as they stood when a point was taken from each */
export function takenPoints(counters: readonly Counter[], quotas: readonly Quota[]): TakenPoint[] {
  return counters.map(({ key, points }, i) => {
    const { resetsAt } = quotas[i] as Quota
    return { key, points, resetsAt }
  })
}

/** Gives points back. Where a counter has begun anew since, a point of the window before is none of its own. */
export function returnPoints(db: Db, taken: readonly TakenPoint[]): void {
  const text = `UPDATE counter SET points = points - 1
    WHERE key = ? AND resets_at = ? AND points > 0`
  transact(db, () => {
    for (const { key, resetsAt } of taken) sql(db, text).run(hashSecret(key), resetsAt)
  })
}

export function sweepCounters(db: Db, now = Date.now()): void {
  sql(db, 'DELETE FROM counter WHERE resets_at <= ?').run(now)
  sql(db, 'DELETE FROM pushed_out WHERE resets_at <= ?').run(now)
  sql(db, 'DELETE FROM near_limit WHERE resets_at <= ?').run(now)
  measureAnew(db)
}

function read(db: Db, { key, points, seconds }: Counter, now: number): Quota {
  const resetsAt = now + seconds * 1_000
  const row = (sql(
    db,
    `SELECT points, resets_at AS resetsAt FROM counter
     WHERE key = ? AND resets_at > ? AND resets_at <= ?`,
  ).get(hashSecret(key), now, resetsAt) ?? pushedOut(db, key, now, resetsAt)) as Row | undefined
  return row
    ? { remaining: Math.max(0, points - row.points), resetsAt: row.resetsAt }
    : { remaining: points, resetsAt }
}

function take(db: Db, { key, points, seconds }: Counter, now: number): Quota {
  const row = sql(
    db,
    `INSERT INTO counter (key, points, resets_at, limit_id, is_wide)
     VALUES (@key, 1 + coalesce((SELECT points FROM pushed_out
       WHERE limit_id = @limitId AND resets_at > @now AND resets_at <= @resetsAt), 0), @resetsAt, @limitId, @isWide)
     ON CONFLICT (key) DO UPDATE SET
       points = iif(resets_at > @now AND resets_at <= @resetsAt, points + 1, excluded.points),
       resets_at = iif(resets_at > @now AND resets_at <= @resetsAt, resets_at, excluded.resets_at)
     RETURNING points, resets_at AS resetsAt`,
  ).get({
    key: hashSecret(key),
    now,
    resetsAt: now + seconds * 1_000,
    limitId: limitId(key),
    isWide: isWide({ points }) ? 1 : 0,
  }) as Row
  return { remaining: points - row.points, resetsAt: row.resetsAt }
}

type Row = { points: number; resetsAt: number }

/** Where a counter starts that is not there: it may be one that had to make room. */
function pushedOut(db: Db, key: string, now: number, resetsAt: number): Row | undefined {
  return sql(
    db,
    `SELECT points, resets_at AS resetsAt FROM pushed_out
     WHERE limit_id = ? AND resets_at > ? AND resets_at <= ?`,
  ).get(limitId(key), now, resetsAt) as Row | undefined
}

const limitId = (key: string) => hashSecret(key.split('\n', 1)[0] as string).readInt32BE()
