import { EVENTS_LATE } from '../../base/lifetimes.ts'
import { type Db, transact } from '../../database/database.ts'
import { deleteEntry } from '../../database/directory/account.ts'
import * as events from '../../database/directory/event.ts'

export const { listEvents, readEventCounts } = events

/** What was logged in a process since it last said so. */
export type Happened = {
  events: events.TrailEvent[]
  /** How often, by the day (`2026-11-26`) and the event. */
  counts: Record<string, Record<string, number>>
}

/** Processes tell of it a little later: what happened to an account before it was removed is not kept. */
export function keep(db: Db, { events: all, counts }: Happened, now: number): void {
  const removed = removedLately(db, now)
  const kept = all.filter(({ did, at }) => did === null || at > (removed.get(did) ?? -1))
  transact(db, () => {
    for (const event of kept) events.insertEvent(db, event)
    for (const [did, its] of Map.groupBy(kept, (event) => event.did)) {
      if (did === null) continue
      for (const event of new Set(its.map((each) => each.event))) events.trimEvents(db, did, event)
    }
    for (const [day, ofDay] of Object.entries(counts)) events.countEvents(db, day, ofDay)
    events.deleteOldEvents(db, now)
  })
}

/** What an operator did. */
export type OperatorAct = {
  /** Milliseconds since the epoch. */
  at: number
  operator: string
  /** Null on the command line. */
  operatorAddress: string | null
  command: string
  /** Whom or what it was done to. */
  subject: string
  /** The account, where it was done to one. */
  did: string | null
}

/** Characters of a subject. */
const MAX_SUBJECT = 512

export function act(db: Db, { command, subject, operatorAddress, ...given }: OperatorAct): void {
  const detail = { what: command, to: subject.slice(0, MAX_SUBJECT) }
  transact(db, () => {
    events.insertEvent(db, {
      ...{ ...given, detail, event: events.OPERATOR_ACT, address: operatorAddress },
    })
    events.deleteOldEvents(db, given.at)
  })
}

export function removeAccount(db: Db, did: string): void {
  deleteEntry(db, did)
  const now = Date.now()
  removedLately(db, now).set(did, now)
}

const removals = new WeakMap<Db, Map<string, number>>()

/** When accounts were removed (ms), by their DIDs, the first of them first. */
function removedLately(db: Db, now: number): Map<string, number> {
  const removed = removals.get(db) ?? new Map<string, number>()
  removals.set(db, removed)
  for (const [did, at] of removed) {
    if (at >= now - EVENTS_LATE) break
    removed.delete(did)
  }
  return removed
}
