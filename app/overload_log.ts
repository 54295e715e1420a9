import { OVERLOAD_LOG } from '../base/lifetimes.ts'
import type { Log } from '../base/watching/log.ts'
import type { Overload } from '../http/overload.ts'

/** Tells the log when there is too much to do: at once, and then once a minute with how often it was so. */
export class OverloadLog {
  readonly #log: Log
  /** By what there is too much of: when it was last said (`performance.now()`), and how often it was so since. */
  readonly #said = new Map<string, { at: number; since: number }>()

  constructor(log: Log) {
    this.#log = log
  }

  note(overload: Overload): void {
    if (overload.by === 'client') return
    const { work } = overload
    const now = performance.now()
    const { at, since } = this.#said.get(work) ?? { at: Number.NEGATIVE_INFINITY, since: 0 }
    if (now - at < OVERLOAD_LOG) {
      this.#said.set(work, { at, since: since + 1 })
      return
    }
    this.#said.set(work, { at: now, since: 0 })
    this.#log.error({ work, requests: since + 1 }, 'requests were refused: there is too much to do')
  }
}
