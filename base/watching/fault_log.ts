import type { Log } from './log.ts'

let isEnding = false

/** What fails from now on, as the process ends, is not tried again: nothing more is said of it. */
export function endFaultLogs(): void {
  isEnding = true
}

/**
 * Tells the log when something begins to fail and when it succeeds again, and nothing in between:
 * a disk that is full for an hour is two lines, not sixty.
 */
export class FaultLog {
  readonly #log: Log
  readonly #work: string
  readonly #failing = new Set<string>()

  /** @param work that may fail, as in "the sweep" */
  constructor(log: Log, work: string) {
    this.#log = log
    this.#work = work
  }

  /** @param about which of several, as fields of the log */
  failed(err: unknown, about: Record<string, string | null> = {}): void {
    const key = JSON.stringify(about)
    if (isEnding || this.#failing.has(key)) return
    this.#failing.add(key)
    this.#log.error({ err, ...about }, `${this.#work} failed; it is tried again from time to time`)
  }

  succeeded(about: Record<string, string | null> = {}): void {
    if (this.#failing.delete(JSON.stringify(about))) {
      this.#log.info(about, `${this.#work} succeeds again`)
    }
  }
}
