import { CLOCK_DRIFT, CLOCK_READ } from '../../base/lifetimes.ts'

/**
 * The clock of another process (`performance.now()` there), as it was last seen. What it said took some time
 * to come, so it may be further than is known here, and never less far: a time that is told by it comes
 * early rather than late.
 */
export class SeenClock {
  #ahead = 0
  #seenAt = 0

  /** @param now as the other process has just said */
  constructor(now: number) {
    this.see(now)
  }

  see(now: number): void {
    this.#seenAt = performance.now()
    this.#ahead = now - this.#seenAt - CLOCK_DRIFT
  }

  /** It has to be seen anew before it is relied on. */
  doubt(): void {
    this.#seenAt = Number.NEGATIVE_INFINITY
  }

  get isRecent(): boolean {
    return performance.now() - this.#seenAt < CLOCK_READ
  }

  /** What it shows at a time of ours, or a little less. */
  at(time: number): number {
    return time + this.#ahead
  }
}
