import { setTimeout } from 'node:timers/promises'
import { LAST_ANSWERS } from '../base/lifetimes.ts'

/** Counts requests that are being answered, so that a runner can finish them before it ends. */
export class InFlight {
  #count = 0
  #ending = false
  readonly #idle = Promise.withResolvers<void>()

  get count(): number {
    return this.#count
  }

  /** @param refuse answers instead, once the runner is ending */
  async run<T>(answer: () => Promise<T>, refuse: () => T): Promise<T> {
    if (this.#ending) return refuse()
    this.#count++
    try {
      return await answer()
    } finally {
      this.#count--
      if (this.#ending && this.#count === 0) this.#idle.resolve()
    }
  }

  /** Takes no more, and waits for those under way, `ms` at most. */
  async end(ms: number): Promise<void> {
    this.#ending = true
    if (this.#count > 0) await Promise.race([this.#idle.promise, setTimeout(ms)])
    await setTimeout(LAST_ANSWERS)
  }
}
