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

export function keep(db: Db, { events: all, counts }: Happened, now: number): void {
  transact(db, () => {
    for (const event of all) events.insertEvent(db, event)
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

/** Takes an account out of the directory, and what happened to it out of the trail. */
export function removeAccount(db: Db, did: string): void {
  transact(db, () => {
    deleteEntry(db, did)
    events.deleteEventsOf(db, did)
  })
}
