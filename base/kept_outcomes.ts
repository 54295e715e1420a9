import type { LRUCache } from 'lru-cache'
import { type CacheName, createCache } from './cache.ts'
import { outlasting } from './time/in_time.ts'

/** Bytes of an error that is kept. */
const ERROR = 2_000

/**
 * Work that is begun for one key at most once in a while. All who ask until then share what comes of it, also that it
 * failed. So the work is nobody's alone, and goes on when the first who asked waits no more.
 */
export class KeptOutcomes<T> {
  readonly #bytesOf: (value: T) => number
  readonly #underWay = new Map<string, Promise<T>>()
  readonly #kept: LRUCache<string, { outcome: Promise<T>; bytes: number }>

  /**
   * @param ms for how long after its end the outcome is kept
   * @param bytesOf what a value takes, about
   */
  constructor(name: CacheName, ms: number, bytesOf: (value: T) => number) {
    this.#bytesOf = bytesOf
    this.#kept = createCache(name, ({ bytes }) => bytes, ms)
  }

  /** @throws what the work threw, also for another who asked */
  run(key: string, work: () => Promise<T>): Promise<T> {
    const known = this.#underWay.get(key) ?? this.#kept.get(key)?.outcome
    if (known) return known
    const outcome = outlasting(work)
    this.#underWay.set(key, outcome)
    const keep = (bytes: number) => {
      if (this.#underWay.get(key) !== outcome) return
      this.#underWay.delete(key)
      this.#kept.set(key, { outcome, bytes })
    }
    outcome.then(
      (value) => keep(this.#bytesOf(value)),
      () => keep(ERROR),
    )
    return outcome
  }

  /** Has the work done anew for who asks next. */
  forget(key: string): void {
    this.#underWay.delete(key)
    this.#kept.delete(key)
  }
}
