import { randomUUID } from 'node:crypto'
import { setTimeout as wait } from 'node:timers/promises'
import { CONNECT_PAUSE, ENDINGS_LEASE } from '../base/lifetimes.ts'
import { withDeadline } from '../base/time/deadline.ts'
import { outlasting } from '../base/time/in_time.ts'
import { FaultLog } from '../base/watching/fault_log.ts'
import type { Log } from '../base/watching/log.ts'

/** A session, as access tokens name it: `sub` and `sid`. */
export type SessionName = { did: string; sid: string }

/** A listener asks for the endings that it has not heard of yet. */
export type AskForEndings = {
  listener: string
  /** Of the teller, as it last said; null for one that was not heard before. */
  instance: string | null
  /** The number of the last ending that was heard. */
  after: number
}

/** What a teller answers, as soon as there is something to tell, or else after a while. */
export type News = {
  instance: string
  /** The number of its last ending; to ask for what comes after it confirms that this was heard. */
  upTo: number
  /** Accounts in which sessions ended; null where it cannot say what this listener missed. */
  dids: string[] | null
}

/** Who ends sessions, and tells of it. */
export type EndingTeller = { tellEndings(ask: AskForEndings): Promise<News> }

/** What a listener does. */
export type OnEndings = {
  ended(dids: readonly string[]): void
  /** Something may have ended without a word; told again for as long as that is so. */
  missed(): void
}

/**
 * Hears of the endings of one teller. It is sure to know all of them for {@link ENDINGS_LEASE} from
 * when it last asked and got an answer. The teller does not confirm an ending before each listener has
 * heard of it, or has not been sure any more for lack of an answer.
 */
export class EndingListener {
  readonly #id = randomUUID()
  readonly #on: OnEndings
  #heard: Pick<AskForEndings, 'instance' | 'after'> = { instance: null, after: 0 }
  #sureUntil = Number.NEGATIVE_INFINITY
  #isClosed = false
  /** When it is said again that something may have been missed. */
  #missedAgainAt = Number.NEGATIVE_INFINITY

  constructor(teller: EndingTeller, on: OnEndings, log: Log) {
    this.#on = on
    // An auth actor may begin with a request, which this outlives.
    const faults = new FaultLog(log, 'hearing of sessions that ended')
    void outlasting(() => this.#listen(teller, faults))
  }

  get isSure(): boolean {
    return performance.now() < this.#sureUntil
  }

  close(): void {
    this.#isClosed = true
  }

  /** Asks again at once: the answer to a revocation waits until what was told is confirmed. */
  async #listen(teller: EndingTeller, faults: FaultLog): Promise<void> {
    while (!this.#isClosed) {
      try {
        await this.#ask(teller)
        faults.succeeded()
      } catch (err) {
        faults.failed(err)
        await wait(CONNECT_PAUSE, undefined, { ref: false })
      }
    }
  }

  async #ask(teller: EndingTeller): Promise<void> {
    const askedAt = performance.now()
    try {
      const asked = teller.tellEndings({ listener: this.#id, ...this.#heard })
      const { instance, upTo, dids } = await withDeadline(asked, ENDINGS_LEASE)
      if (dids === null) this.#on.missed()
      else if (dids.length) this.#on.ended(dids)
      this.#heard = { instance, after: upTo }
      this.#sureUntil = askedAt + ENDINGS_LEASE
      this.#missedAgainAt = this.#sureUntil
    } catch (err) {
      this.#missAgain()
      throw err
    }
  }

  /** Sessions go on ending while the teller is out of reach, so it is said once for each lease. */
  #missAgain(): void {
    const now = performance.now()
    if (now < this.#missedAgainAt) return
    this.#missedAgainAt = now + ENDINGS_LEASE
    this.#on.missed()
  }
}
