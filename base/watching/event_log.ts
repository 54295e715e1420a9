import { EVENT_LINES } from '../lifetimes.ts'
import { networkOf, siteOf } from '../values/network.ts'
import {
  EVENTS,
  type EventName,
  type EventShape,
  REFRESH_REFUSALS,
  TOKEN_PROFILES,
} from './events.ts'
import type { Log } from './log.ts'
import { events, rateLimited, refreshRefused, signIns } from './metrics.ts'

type FieldOf<E extends EventName> = (typeof EVENTS)[E]['fields'][number]

/** Characters of a field. */
const LONGEST = 300

/**
 * Lines that strangers cause within {@link EVENT_LINES}, at most: of one kind for one address (IPv6: /64), or for one
 * account where no address is known, of one component of the PDS inside, of a PDS or auth actor that does not answer,
 * or of the clients of one account that do not take its sign-outs; of one kind for one site (IPv4 address, or IPv6
 * /48), which may have many networks; and of all.
 */
export const MOST_LINES = { ofOne: 30, ofSite: 500, ofAll: 10_000 }

/** An event as it was logged. */
export type LoggedEvent = {
  at: number
  event: EventName
  address: string | undefined
  /** Those of the event. */
  fields: Record<string, unknown>
}

/** Is told of what is logged. */
export type EventListener = {
  /** Also of what no line is written of, as strangers cause too much of it. */
  counted(event: EventName): void
  logged(event: LoggedEvent): void
}

const listeners = new WeakMap<Log, EventListener>()

/** Has `listener` told of each event from now on. */
export function hearEvents(log: Log, listener: EventListener): void {
  listeners.set(log, listener)
}

/**
 * Writes the line of an event, and counts it.
 *
 * @param fields those that the event has not are not written; the parts of a list have `; ` between
 * @param address of the client; undefined where the program works by itself
 */
export function logEvent<E extends EventName>(
  log: Log,
  event: E,
  fields: { [F in FieldOf<E>]?: unknown } & Record<string, unknown>,
  address: string | undefined,
): void {
  events.inc({ event })
  COUNTS[event]?.(fields)
  const listener = listeners.get(log)
  listener?.counted(event)
  const { level, message, fields: known, isStrangers }: EventShape = EVENTS[event]
  if (isStrangers && !hasRoomFor(log, event, address ?? String(fields.did ?? ''))) return
  const given = known.flatMap((field) =>
    fields[field] === undefined ? [] : [[field, short(fields[field])]],
  )
  const kept = Object.fromEntries(given)
  // The address stands first, where deploy/fail2ban looks for it.
  log[level]({ event, address, ...kept }, message)
  listener?.logged({ at: Date.now(), event, address, fields: kept })
}

/** Clients choose their ids. */
function short(value: unknown): unknown {
  const written = Array.isArray(value) ? value.join('; ') : value
  return typeof written === 'string' ? written.slice(0, LONGEST) : written
}

/** What is counted of an event besides its name. The values are those of tables: no stranger can add one. */
const COUNTS: Partial<Record<EventName, (fields: Record<string, unknown>) => void>> = {
  signed_in: ({ way }) => signIns.inc({ way: String(way), result: 'succeeded' }),
  sign_in_failed: ({ way }) => signIns.inc({ way: String(way), result: 'failed' }),
  refresh_refused: ({ profile, reason }) =>
    refreshRefused.inc({ profile: String(profile), reason: String(reason) }),
  rate_limited: ({ limit }) => rateLimited.inc({ limit: String(limit) }),
  mail_limited: ({ limit }) => {
    for (const each of limit as string[]) rateLimited.inc({ limit: each })
  },
}

// A counter that appears with its first event has not grown by it, so an alert would miss that one.
for (const event of Object.keys(EVENTS)) events.inc({ event }, 0)
for (const way of ['password', 'app password', 'passkey']) {
  for (const result of ['succeeded', 'failed']) signIns.inc({ way, result }, 0)
}
for (const profile of TOKEN_PROFILES) {
  for (const reason of REFRESH_REFUSALS) refreshRefused.inc({ profile, reason }, 0)
}

/** Lines since a time of `performance.now()`. */
type Lines = {
  since: number
  all: number
  byOne: Map<string, number>
  bySite: Map<string, number>
  leftOut: number
}

const written = new WeakMap<Log, Lines>()

/**
 * Whether there is room for one more line of a kind that a client causes. Those of other kinds take none from it: who
 * guesses passwords is to be seen, whatever else comes from that address.
 */
export function hasRoomFor(log: Log, kind: string, address = ''): boolean {
  const lines = linesNow(log)
  const site = [kind, siteOf(address)].join(' ')
  const ofSite = lines.bySite.get(site) ?? 0
  if (ofSite >= MOST_LINES.ofSite) {
    lines.leftOut++
    return false
  }
  const isWritten = hasRoom(log, [kind, networkOf(address)].join(' '))
  if (isWritten) lines.bySite.set(site, ofSite + 1)
  return isWritten
}

/**
 * Whether there is room for one more line; the first of a new minute says how many were left out.
 *
 * @param of a component of a program whose lines are written here, or what is asked for clients
 */
export function hasRoom(log: Log, of: string): boolean {
  const lines = linesNow(log)
  const ofOne = lines.byOne.get(of) ?? 0
  if (ofOne >= MOST_LINES.ofOne || lines.all >= MOST_LINES.ofAll) {
    lines.leftOut++
    return false
  }
  lines.byOne.set(of, ofOne + 1)
  lines.all++
  return true
}

function linesNow(log: Log): Lines {
  const now = performance.now()
  const before = written.get(log)
  if (before && now - before.since < EVENT_LINES) return before
  const lines = { since: now, all: 0, byOne: new Map(), bySite: new Map(), leftOut: 0 }
  written.set(log, lines)
  if (before?.leftOut) logEvent(log, 'lines_left_out', { lines: before.leftOut }, undefined)
  return lines
}
