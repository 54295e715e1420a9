import { setTimeout as wait } from 'node:timers/promises'
import { CONNECT_PAUSE, ENDINGS_LEASE } from '../../base/lifetimes.ts'
import { withDeadline } from '../../base/time/deadline.ts'
import type { Log } from '../../base/watching/log.ts'
import { every } from '../../base/work/every.ts'
import { EndingListener, type OnEndings, type SessionName } from '../../http/endings.ts'
import type { AuthActor } from '../../http/envelope.ts'
import type { Timeouts } from '../timeouts.ts'

type Options = { auth: AuthActor; log: Log; timeouts: Timeouts }

/** One that is under way, for a session that was open when it began. */
type Exchange = { session: SessionName; cut: () => void }

/** How many sessions are asked about at once: a message to an actor has a bound. */
const TOGETHER = 500

/**
 * The exchanges with PDSes that are under way for somebody who is signed in: uploads, downloads,
 * WebSockets. They are cut when their session ends, which the auth actors tell. Where they cannot
 * be heard or asked for a while ({@link Timeouts}), all are cut.
 */
export class OpenExchanges implements OnEndings {
  readonly #auth: AuthActor
  readonly #timeouts: Timeouts
  readonly #open = new Map<string, Set<Exchange>>()
  #listeners: EndingListener[] = []
  #stop: () => void
  #isClosed = false
  /** How often something was heard. */
  #heard = 0
  /** When something was missed that the check of all under way may not have seen. */
  #missedAt: number | null = null
  #isCheckingAll = false

  constructor({ auth, log, timeouts }: Options) {
    this.#auth = auth
    this.#timeouts = timeouts
    const begin = async () => {
      const tellers = await auth.tellers()
      this.#stop()
      if (this.#isClosed) return
      this.#listeners = tellers.map((teller) => new EndingListener(teller, this, log))
    }
    this.#stop = every(CONNECT_PAUSE, 'finding who ends sessions', begin, log)
  }

  /** To be given to {@link enter}, and noted before it is asked whether the session is open. */
  get now(): number {
    return this.#heard
  }

  /**
   * @param since when it was not yet said that the session is open
   * @param cut ends the exchange
   * @returns to be called when it is over
   */
  enter(session: SessionName, since: number, cut: () => void): () => void {
    const exchange = { session, cut }
    const all = this.#open.get(session.did) ?? new Set()
    this.#open.set(session.did, all.add(exchange))
    // The session may have been open a moment before an ending.
    if (this.#heard !== since) void this.#check([exchange])
    return () => {
      all.delete(exchange)
      const isLast = all.size === 0 && this.#open.get(session.did) === all
      if (isLast) this.#open.delete(session.did)
    }
  }

  ended(dids: readonly string[]): void {
    this.#heard++
    void this.#check(dids.flatMap((did) => [...(this.#open.get(did) ?? [])]))
  }

  missed(): void {
    this.#heard++
    this.#missedAt ??= performance.now()
    void this.#checkAll()
  }

  close(): void {
    this.#isClosed = true
    this.#stop()
    for (const listener of this.#listeners) listener.close()
  }

  /** One check of all at a time: while an auth actor is down, it is said often that something was missed. */
  async #checkAll(): Promise<void> {
    if (this.#isCheckingAll) return
    this.#isCheckingAll = true
    while (this.#missedAt !== null) {
      const missedAt = this.#missedAt
      this.#missedAt = null
      await this.#check(
        [...this.#open.values()].flatMap((all) => [...all]),
        missedAt,
      )
    }
    this.#isCheckingAll = false
  }

  /** Cuts those whose session has ended, or all where that is not said in time. */
  async #check(exchanges: Exchange[], since = performance.now()): Promise<void> {
    const until = since + this.#timeouts.doubt
    for (let i = 0; i < exchanges.length; i += TOGETHER) {
      const some = exchanges.slice(i, i + TOGETHER)
      const areOpen = await this.#ask(some, until)
      for (const [n, { session, cut }] of some.entries()) {
        const isUnderWay = this.#open.get(session.did)?.has(some[n] as Exchange)
        if (isUnderWay && !areOpen?.[n]) cut()
      }
    }
  }

  /** @returns null when it was not said until then */
  async #ask(exchanges: Exchange[], until: number): Promise<boolean[] | null> {
    const sessions = exchanges.map(({ session }) => session)
    do {
      try {
        return await withDeadline(this.#auth.areOpen(sessions), ENDINGS_LEASE)
      } catch {
        await wait(CONNECT_PAUSE, undefined, { ref: false })
      }
    } while (performance.now() < until)
    return null
  }
}
