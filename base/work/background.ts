import { setTimeout } from 'node:timers/promises'
import { outlasting } from '../time/in_time.ts'
import type { Log } from '../watching/log.ts'

/** Work that no answer waits for, such as a notice by mail. The program waits for it when it ends. */
export class Background {
  readonly #log: Log
  readonly #underWay = new Map<Promise<void>, Record<string, string>>()

  constructor(log: Log) {
    this.#log = log
  }

  /**
   * Begins `work`.
   *
   * @param name of the work in the log, where it fails or is left undone
   * @param about fields of the log
   */
  run(name: string, work: () => Promise<unknown>, about: Record<string, string> = {}): void {
    const fields = { work: name, ...about }
    const done = outlasting(async () => {
      try {
        await work()
      } catch (err) {
        this.#log.error({ err, ...fields }, 'work in the background failed')
      }
    }).finally(() => this.#underWay.delete(done))
    this.#underWay.set(done, fields)
  }

  /** Waits for what is under way, `ms` at most; the log says what is left undone. */
  async end(ms: number): Promise<void> {
    const waited = new AbortController()
    const tooLong = setTimeout(ms, undefined, { signal: waited.signal }).catch(() => {})
    await Promise.race([Promise.all(this.#underWay.keys()), tooLong])
    waited.abort()
    for (const fields of this.#underWay.values()) {
      this.#log.error(fields, 'work in the background was left undone')
    }
  }
}
