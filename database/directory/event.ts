import { AUDIT_MEMORY } from '../../base/lifetimes.ts'
import { settled } from '../../base/time/settled_clock.ts'
import { type Bounded, makeRoom } from '../bounded_table.ts'
import { type Db, sql } from '../database.ts'

/** Something that happened, as the trail over all accounts has it; `at` is milliseconds since the epoch. */
export type TrailEvent = {
  at: number
  event: string
  /** Null where it is of no account. */
  did: string | null
  /** Of the client; null where nobody asked for it, and on the command line. */
  address: string | null
  /** Who acted as the operator, where one did. */
  operator: string | null
  detail: Record<string, unknown>
}

/** Of the trail, as it is listed. */
export type ListedEvent = TrailEvent & { id: number; handle: string | null }

/** The event of what an operator did; `detail` has the command or XRPC method, and what it was done to. */
export const OPERATOR_ACT = 'operator_acted'
/** A stranger causes it as often as the limits let them. */
const GUESS = 'sign_in_failed'

const bounded = (where: string, maxBytes: number): Bounded => ({
  ...{ table: 'event', key: 'id', order: 'id', where, maxBytes },
  rowBytes: '130 + length(detail)',
})

/** The oldest of a kind make room; none pushes out those of another. About 10,000 guesses, and 50,000 of `others`. */
export const EVENTS = {
  guesses: bounded(`event = '${GUESS}'`, 2_000_000),
  others: bounded(`event NOT IN ('${OPERATOR_ACT}', '${GUESS}')`, 10_000_000),
  /** What one operator did by one command or method ({@link actsLike}); about 2,500. */
  acts: bounded(
    `event = '${OPERATOR_ACT}' AND detail ->> 'what' = @what
     AND (operator = @who OR substr(operator, -length(@who) - 2) = '(' || @who || ')')`,
    500_000,
  ),
}

/**
 * Those that one more makes room for: so nobody pushes out what another did, or what they did otherwise themselves.
 * An operator may change their handle as often as they like, and is one by the DID that stands behind it.
 */
export const actsLike = ({
  operator,
  detail,
}: Pick<TrailEvent, 'operator' | 'detail'>): Bounded => {
  const [, did] = /\((did:[^)]+)\)$/.exec(operator ?? '') ?? []
  return { ...EVENTS.acts, values: { who: did ?? operator ?? '', what: String(detail.what) } }
}

/** How often one thing that happened to one account is kept: so its person pushes out nothing else. */
export const MOST_OF_ONE_EVENT = 200

/** Appends to the trail, and drops what is older than {@link AUDIT_MEMORY} or too much. */
export function insertEvent(db: Db, { detail, ...event }: TrailEvent): void {
  const text = JSON.stringify(detail)
  makeRoom(db, boundOf({ ...event, detail }), 130 + text.length)
  sql(
    db,
    `INSERT INTO event (at, event, did, address, operator, detail)
     VALUES (@at, @event, @did, @address, @operator, @detail)`,
  ).run({ ...event, detail: text })
}

function boundOf(event: TrailEvent): Bounded {
  if (event.event === OPERATOR_ACT) return actsLike(event)
  return event.event === GUESS ? EVENTS.guesses : EVENTS.others
}

/** Drops what there is too much of one event of one account. */
export function trimEvents(db: Db, did: string, event: string): void {
  // The index alone tells of most accounts that they have fewer in all.
  const most = sql(db, 'SELECT 1 FROM event WHERE did = ? LIMIT 1 OFFSET ?')
  if (!most.get(did, MOST_OF_ONE_EVENT)) return
  sql(
    db,
    `DELETE FROM event WHERE did = @did AND event = @event AND id <=
       (SELECT id FROM event WHERE did = @did AND event = @event
        ORDER BY id DESC LIMIT 1 OFFSET @most)`,
  ).run({ did, event, most: MOST_OF_ONE_EVENT })
}

/** They stand in the order in which they came, which is nearly that of their times. */
export function deleteOldEvents(db: Db, now: number): void {
  sql(
    db,
    `DELETE FROM event WHERE id <
       coalesce((SELECT id FROM event WHERE at >= ? ORDER BY id LIMIT 1), 9e18)`,
  ).run(settled(now) - AUDIT_MEMORY)
}

/** Those of an account that is no more; what an operator did stays. */
export function deleteEventsOf(db: Db, did: string): void {
  sql(db, 'DELETE FROM event WHERE did = ? AND event <> ?').run(did, OPERATOR_ACT)
}

/** Which of them are listed: all that are given must hold. Times are milliseconds since the epoch. */
export type EventFilter = {
  event?: string | undefined
  did?: string | undefined
  /** In the name of the operator. */
  operator?: string | undefined
  /** In what is known of it. */
  text?: string | undefined
  /** How the address begins. */
  address?: string | undefined
  since?: number | undefined
  until?: number | undefined
  /** The id of the last one that was seen. */
  before?: number | undefined
}

const CONDITIONS: Record<keyof EventFilter, string> = {
  event: 'event = @event',
  did: 'event.did = @did',
  operator: 'instr(operator, @operator)',
  text: 'instr(detail, @text)',
  address: 'substr(address, 1, length(@address)) = @address',
  since: 'at >= @since',
  until: 'at < @until',
  before: 'id < @before',
}

/** The newest first. */
export function listEvents(db: Db, filter: EventFilter, limit: number): ListedEvent[] {
  const given = Object.entries(filter).filter(([, value]) => value !== undefined)
  const conditions = given.map(([name]) => CONDITIONS[name as keyof EventFilter])
  const rows = sql(
    db,
    `SELECT id, at, event, event.did AS did, handle, address, operator, detail
     FROM event LEFT JOIN account ON account.did = event.did
     WHERE ${['true', ...conditions].join(' AND ')} ORDER BY id DESC LIMIT @limit`,
  ).all({ ...Object.fromEntries(given), limit }) as (ListedEvent & { detail: string })[]
  return rows.map((row) => ({ ...row, detail: JSON.parse(row.detail) }))
}

/** How long it is known how often something happened on a day. */
const DAYS = 90

/** @param day in UTC, such as `2026-11-26` */
export function countEvents(db: Db, day: string, counts: Record<string, number>): void {
  for (const [event, n] of Object.entries(counts)) {
    sql(
      db,
      `INSERT INTO event_count (day, event, n) VALUES (@day, @event, @n)
       ON CONFLICT (day, event) DO UPDATE SET n = n + @n`,
    ).run({ day, event, n })
  }
  const today = new Date(settled(Date.now())).toISOString()
  sql(db, `DELETE FROM event_count WHERE day < date(min(?, date(?)), '-${DAYS} days')`).run(
    day,
    today,
  )
}

/** How often each event happened on a day; those that did not are not in it. */
export function readEventCounts(db: Db, day: string): Record<string, number> {
  const rows = sql(db, 'SELECT event, n FROM event_count WHERE day = ?').raw().all(day)
  return Object.fromEntries(rows as [string, number][])
}
