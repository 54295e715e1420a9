import type { Counters } from '../../actors/auth/shared_counters.ts'
import { Refusal, UnavailableError } from '../../base/errors.ts'
import { LOOKUP_WAIT } from '../../base/lifetimes.ts'
import { networkOf, siteOf } from '../../base/values/network.ts'
import { Shares } from '../../base/work/shares.ts'
import { Tally } from '../../base/work/tally.ts'
import { secondsToWait } from '../../database/limits/counter.ts'
import { RETRY_SECONDS } from '../../http/answers/retry_after.ts'
import { noteOverload } from '../../http/overload.ts'
import { requester } from '../../http/requester.ts'

/**
 * How many look-ups run and wait at once: in all, for one client (IPv4 address, or IPv6 /64), and for one site (IPv6
 * /48), which may have many networks.
 */
export const LOOKUPS = {
  ...{ running: 64, runningOfOne: 16, runningOfSite: 32 },
  ...{ waiting: 512, waitingOfOne: 128 },
}

/** And how many of one client begin within some seconds. */
export const LOOKUP_LIMIT = { points: 1_000, seconds: 300 }

/** Who looks something up. */
type Asker = { network: string; site: string }

/** Of a look-up that waits. */
type Turn = Asker & { begin(): void; giveUp(): void }

/**
 * Everything that is looked up elsewhere because a request names it goes through here: handles of other
 * services, DID documents of issuers, what clients publish, lexicons. Each takes seconds where the other
 * side is slow, and the one who asks chooses the other side.
 */
export class ForeignLookups {
  readonly #counters: Counters | null
  readonly #running = new Tally()
  readonly #runningOfSite = new Tally()
  readonly #waiting = new Shares<Turn>()
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
    const by = { network: networkOf(asker.address), site: siteOf(asker.address) }
    await this.#count(by.network)
    await this.#begin(by)
    try {
      return await lookUp()
    } finally {
      this.#end(by)
    }
  }

  /** `fetch` as a look-up, which ends with the answer: that has to have been read by then (`oauth/fetching/safe_fetch.ts`). */
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

  async #begin(by: Asker): Promise<void> {
    if (this.#hasRoom(by)) {
      this.#run(by)
      return
    }
    if (this.#waitingOf.of(by.network) >= LOOKUPS.waitingOfOne) throw tooMany(RETRY_SECONDS)
    if (this.#waiting.size >= LOOKUPS.waiting) {
      const other = this.#waiting.makeRoom(by.network)
      if (!other) throw busy()
      other.giveUp()
    }
    await this.#turnOf(by).catch(() => {
      throw this.#isFullOf(by) ? tooMany(RETRY_SECONDS) : busy()
    })
  }

  /** Rejects when it has not come in time, or made room for others. */
  #turnOf(by: Asker): Promise<void> {
    const { promise, resolve, reject } = Promise.withResolvers<void>()
    const end = () => {
      clearTimeout(timer)
      this.#waiting.remove(turn)
      this.#waitingOf.remove(by.network)
    }
    const begin = () => {
      end()
      this.#run(by)
      resolve()
    }
    const giveUp = () => {
      end()
      reject()
    }
    const turn = { ...by, begin, giveUp }
    const timer = setTimeout(giveUp, LOOKUP_WAIT)
    this.#waiting.add(by.network, turn)
    this.#waitingOf.add(by.network)
    return promise
  }

  #run({ network, site }: Asker): void {
    this.#running.add(network)
    this.#runningOfSite.add(site)
  }

  /** The next is of the site that has fewest under way; of those, who has waited longest. */
  #end({ network, site }: Asker): void {
    this.#running.remove(network)
    this.#runningOfSite.remove(site)
    const ready = [...this.#waiting.all].filter((one) => this.#hasRoom(one))
    const runningOf = (one: Turn) => this.#runningOfSite.of(one.site)
    const [next] = ready.toSorted((one, other) => runningOf(one) - runningOf(other))
    next?.begin()
  }

  #hasRoom(by: Asker): boolean {
    return this.#running.all < LOOKUPS.running && !this.#isFullOf(by)
  }

  #isFullOf({ network, site }: Asker): boolean {
    const ofOne = this.#running.of(network)
    return ofOne >= LOOKUPS.runningOfOne || this.#runningOfSite.of(site) >= LOOKUPS.runningOfSite
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
