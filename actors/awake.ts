/**
 * How many accounts are awake in one process, and of those of one shard of an engine. Strangers choose
 * which accounts are asked, and each that is awake holds some 100 KiB and four open files.
 */
export const MAX_AWAKE = { ofProcess: 2_000, ofShard: 250 }

/** Accounts that are awake, by id: when they are too many, the one that was not asked for longest sleeps. */
export class Awake {
  readonly #max: number
  readonly #busy = new Set<string>()
  /** Longest first. */
  readonly #idle = new Set<string>()

  constructor(max: number) {
    this.#max = max
  }

  /** It wakes, or is asked something. */
  begin(id: string): void {
    this.#idle.delete(id)
    this.#busy.add(id)
  }

  /** It has answered all that it was asked. */
  rest(id: string): void {
    if (this.#busy.delete(id)) this.#idle.add(id)
  }

  /** It falls asleep. */
  end(id: string): void {
    this.#idle.delete(id)
    this.#busy.delete(id)
  }

  /** Which one has to sleep before another wakes. Those that are being asked stay. */
  get surplus(): string | undefined {
    if (this.#busy.size + this.#idle.size < this.#max) return undefined
    const [longest] = this.#idle
    return longest
  }
}
