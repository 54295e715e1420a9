import { setTimeout as wait } from 'node:timers/promises'
import { outlasting } from '../time/in_time.ts'

/**
 * Work that is done for one key at most once in a while. Who asks in between waits for the next time,
 * and shares what comes of it: that is always newer than the question. So the work is nobody's alone, and goes on
 * when the first who asked waits no more.
 */
export class Spaced<T> {
  readonly #ms: number
  /** When each key was last worked for (`performance.now()`), and the next time if somebody waits for it. */
  readonly #last = new Map<string, { at: number; next: Promise<T> | null }>()

  constructor(ms: number) {
    this.#ms = ms
  }

  run(key: string, work: () => Promise<T>): Promise<T> {
    const last = this.#last.get(key)
    if (!last) return this.#begin(key, work)
    const left = Math.max(0, last.at + this.#ms - performance.now())
    last.next ??= wait(left).then(() => this.#begin(key, work))
    return last.next
  }

  #begin(key: string, work: () => Promise<T>): Promise<T> {
    const now = { at: performance.now(), next: null }
    this.#last.set(key, now)
    void wait(this.#ms, undefined, { ref: false }).then(() => {
      if (this.#last.get(key) === now && now.next === null) this.#last.delete(key)
    })
    return outlasting(work)
  }
}
