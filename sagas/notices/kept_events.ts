import type { DirectoryStub } from '../../actors/directory/stub.ts'
import { EVENTS_KEPT } from '../../base/lifetimes.ts'
import { withDeadline } from '../../base/time/deadline.ts'
import { type EventListener, hearEvents, type LoggedEvent } from '../../base/watching/event_log.ts'
import { AUDIT_EVENTS } from '../../base/watching/events.ts'
import type { Log } from '../../base/watching/log.ts'
import { every } from '../../base/work/every.ts'
import { OPERATOR_ACT, type TrailEvent } from '../../database/directory/event.ts'

/** What waits while the directory does not answer; more is in the log and in the accounts alone. */
const MOST_WAITING = 10_000
/** What is sent at once: other calls to the directory wait meanwhile. */
const AT_ONCE = 500

type Directory = Pick<DirectoryStub, 'keepEvents'>

/**
 * Has the directory keep what is logged in this process, for the trail over all accounts: a little later and many
 * at once, so that no sign-in waits for it. A crash loses the last of it; the accounts have that in their own trails.
 *
 * @returns what ends it, once all is kept, or the directory did not answer for `ms`: who stops a program waits for no
 * actor that is on its way to another one
 */
export function keepEvents(log: Log, directory: Directory): (ms: number) => Promise<void> {
  const waiting = new Waiting()
  hearEvents(log, waiting)
  let sending = Promise.resolve()
  const send = () => {
    sending = waiting.sendTo(directory)
    return sending
  }
  const end = every(EVENTS_KEPT, 'keeping what happened in the trail', send, log)
  return async (ms) => {
    end()
    const last = sending.catch(() => {}).then(send)
    await withDeadline(last, ms).catch((err) => {
      log.warn({ err }, 'the end of the trail was not kept')
    })
  }
}

class Waiting implements EventListener {
  readonly #events: TrailEvent[] = []
  /** By day and event. */
  #counts = new Map<string, Map<string, number>>()

  counted(event: string): void {
    this.#count(dayOf(Date.now()), event, 1)
  }

  logged({ at, event, address, fields }: LoggedEvent): void {
    // What operators do is kept at once (`operator/run.ts`).
    if (!Object.hasOwn(AUDIT_EVENTS, event) || event === OPERATOR_ACT) return
    if (this.#events.length >= MOST_WAITING) return
    const { did = null, operator = null, ...detail } = fields as Record<string, string | null>
    this.#events.push({ at, event, did, address: address ?? null, operator, detail })
  }

  async sendTo(directory: Directory): Promise<void> {
    while (this.#events.length > 0 || this.#counts.size > 0) {
      const events = this.#events.splice(0, AT_ONCE)
      const counts = this.#counts
      this.#counts = new Map()
      try {
        const plain = [...counts].map(([day, ofDay]) => [day, Object.fromEntries(ofDay)])
        await directory.keepEvents({ events, counts: Object.fromEntries(plain) }, Date.now())
      } catch (err) {
        this.#events.unshift(...events)
        for (const [day, ofDay] of counts) {
          for (const [event, n] of ofDay) this.#count(day, event, n)
        }
        throw err
      }
    }
  }

  #count(day: string, event: string, n: number): void {
    const ofDay = this.#counts.get(day) ?? new Map<string, number>()
    this.#counts.set(day, ofDay.set(event, (ofDay.get(event) ?? 0) + n))
  }
}

/** The day of a time (ms since the epoch), in UTC: `2026-11-26`. */
export const dayOf = (at: number): string => new Date(at).toISOString().slice(0, 10)
