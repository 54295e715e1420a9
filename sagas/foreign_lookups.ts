import type { Counters } from '../actors/auth/shared_counters.ts'
import { Refusal, UnavailableError } from '../base/errors.ts'
import { LOOKUP_WAIT } from '../base/lifetimes.ts'
import { networkOf } from '../base/network.ts'
import { Tally } from '../base/tally.ts'
import { secondsToWait } from '../database/limits/counter.ts'
import { noteOverload } from '../http/overload.ts'
import { requester } from '../http/requester.ts'
import { RETRY_SECONDS } from '../http/retry_after.ts'

/** How many look-ups run and wait at once: in all, and for one client (IPv4 address, or IPv6 /64). */
export const LOOKUPS = { running: 64, runningOfOne: 16, waiting: 512, waitingOfOne: 128 }

/** And how many of one client begin within some seconds. */
export const LOOKUP_LIMIT = { points: 1_000, seconds: 300 }

/**
 * Everything that is looked up elsewhere because a request names it goes through here: handles of other
 * services, DID documents of issuers, what clients publish, lexicons. Each takes seconds where the other
 * side is slow, and the one who asks chooses the other side.
 */
export class ForeignLookups {
  readonly #counters: Counters | null
  readonly #running = new Tally()
  readonly #waiting = new Map<object, { network: string; begin(): void }>()
  readonly #waitingOf = new Tally()

  /** @param counters null where nothing is limited */
  constructor(counters: Counters | null) {
    this.#counters = counters
  }

  /**
   * Runs a look-up when it is its turn. What the program does by itself has no bound here.
   *
   * @throws {Refusal} RateLimitExceeded
   * @throws {UnavailableError} when too many look things up
   */
  async run<T>(lookUp: () => Promise<T>): Promise<T> {
    const asker = requester()
    if (asker === null) return lookUp()
    const network = networkOf(asker.address)
    await this.#count(network)
    await this.#begin(network)
    try {
      return await lookUp()
    } finally {
      this.#end(network)
    }
  }

  /** `fetch` as a look-up, which ends with the answer: that has to have been read by then (`oauth/safe_fetch.ts`). */
  fetching(fetch: typeof globalThis.fetch): typeof globalThis.fetch {
    return (input, init) => this.run(() => fetch(input, init))
  }

  async #count(network: string): Promise<void> {
    if (!this.#counters) return
    const counter = { key: `look-up\n${network}`, ...LOOKUP_LIMIT }
    const { isAllowed, quotas } = await this.#counters.take([counter])
    if (isAllowed) return
    throw tooMany(secondsToWait(quotas))
  }

  async #begin(network: string): Promise<void> {
    if (this.#hasRoom(network)) {
      this.#running.add(network)
      return
    }
    if (this.#waitingOf.of(network) >= LOOKUPS.waitingOfOne) throw tooMany(RETRY_SECONDS)
    if (this.#waitingOf.all >= LOOKUPS.waiting) throw busy()
    const turn = Promise.withResolvers<void>()
    const forget = () => {
      if (this.#waiting.delete(turn)) this.#waitingOf.remove(network)
    }
    const giveUp = () => {
      forget()
      const isFullOfOne = this.#running.of(network) >= LOOKUPS.runningOfOne
      turn.reject(isFullOfOne ? tooMany(RETRY_SECONDS) : busy())
    }
    const timer = setTimeout(giveUp, LOOKUP_WAIT)
    const begin = () => {
      clearTimeout(timer)
      forget()
      this.#running.add(network)
      turn.resolve()
    }
    this.#waiting.set(turn, { network, begin })
    this.#waitingOf.add(network)
    await turn.promise
  }

  #end(network: string): void {
    this.#running.remove(network)
    const next = [...this.#waiting.values()].find((one) => this.#hasRoom(one.network))
    next?.begin()
  }

  #hasRoom(network: string): boolean {
    const { all } = this.#running
    return all < LOOKUPS.running && this.#running.of(network) < LOOKUPS.runningOfOne
  }
}

function tooMany(retryAfter: number): Refusal {
  noteOverload({ by: 'client', retryAfter })
  return new Refusal('RateLimitExceeded', 'Too many look-ups from your address; wait a while')
}

function busy(): UnavailableError {
  const work = 'looking up elsewhere'
  noteOverload({ by: 'everybody', work, retryAfter: RETRY_SECONDS })
  return new UnavailableError('The look-up')
}
