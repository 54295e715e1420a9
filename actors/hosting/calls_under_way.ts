import { CALL_BEGINS } from '../../base/lifetimes.ts'
import type { CallResult, Waiting } from './call.ts'
import type { SeenClock } from './seen_clock.ts'

/** Over which connection a call was sent, since when it is under way, and who waits for it. */
export type CallUnderWay<Over> = {
  over: Over
  since: number
  /** Until when its caller waits, as far as that is known by now. */
  until(): number
  /** Until when it may be begun; before, the caller is not told that nothing is known of it. */
  mayBeginUntil: number
  result: PromiseWithResolvers<CallResult>
}

/** The calls to one actor that have no result yet. Times are those of `performance.now()` here. */
export class CallsUnderWay<Over extends { readonly clock: SeenClock }> {
  readonly #calls = new Map<number, CallUnderWay<Over>>()
  #lastId = 0

  get count(): number {
    return this.#calls.size
  }

  /** Since when the one is under way that was sent first. */
  get oldest(): number {
    return Math.min(...[...this.#calls.values()].map(({ since }) => since))
  }

  /** @returns its id */
  add(call: CallUnderWay<Over>): number {
    const id = ++this.#lastId
    this.#calls.set(id, call)
    return id
  }

  remove(id: number): void {
    this.#calls.delete(id)
  }

  /** Its result has come. One that nobody waits for any more is dropped. */
  settle(id: number, result: CallResult): void {
    this.#calls.get(id)?.result.resolve(result)
  }

  /** A connection has ended: what became of the calls over it is not known. */
  lose(over: Over): void {
    for (const call of this.#calls.values()) {
      if (call.over === over) call.result.reject(new Error('The connection broke off'))
    }
  }

  /** Gives those over a connection more time to begin, as far as their callers wait. @returns what its actor is to be told */
  extend(over: Over): Waiting[] {
    const extended: Waiting[] = []
    for (const [id, call] of this.#calls) {
      const until = Math.min(call.until(), performance.now() + CALL_BEGINS)
      if (call.over !== over || until <= call.mayBeginUntil) continue
      call.mayBeginUntil = until
      extended.push([id, over.clock.at(until)])
    }
    return extended
  }
}
