import { randomUUID } from 'node:crypto'
import { ENDINGS_LEASE, ENDINGS_WAIT } from '../../base/lifetimes.ts'
import type { AskForEndings, EndingTeller, News } from '../../http/endings.ts'

/** How many endings are kept to be told; a listener that missed more is told that it missed some. */
const KEPT = 10_000

/** A gateway or another auth actor. Times are those of `performance.now()`. */
type Listener = {
  heardUpTo: number
  askedAt: number
  /** Ends the pause before its question is answered. */
  answerNow: () => void
  /** Called when it asks, which confirms what it heard. */
  onAsk: Set<() => void>
}

/** The endings of one auth actor, told to everybody who lets sessions through (`http/endings.ts`). */
export class Endings implements EndingTeller {
  readonly #instance = randomUUID()
  /** DIDs, oldest first; the last has the number `#last`. */
  readonly #kept: string[] = []
  #last = 0
  readonly #listeners = new Map<string, Listener>()

  /** @returns once no listener lets through any more what had ended before this was called */
  async tell(did: string): Promise<void> {
    this.#kept.push(did)
    if (this.#kept.length > KEPT) this.#kept.shift()
    const number = ++this.#last
    this.#forgetSilent()
    const listeners = [...this.#listeners.values()]
    await Promise.all(listeners.map((listener) => confirmed(listener, number)))
  }

  async tellEndings({ listener: id, instance, after }: AskForEndings): Promise<News> {
    const { listener, isNew } = this.#listenerOf(id)
    const isKnown = instance === this.#instance && !isNew
    listener.askedAt = performance.now()
    listener.heardUpTo = instance === this.#instance ? after : 0
    for (const confirm of listener.onAsk) confirm()
    if (isKnown && after === this.#last) await pause(listener)
    const dids = instance === this.#instance ? this.#after(after) : null
    return { instance: this.#instance, upTo: this.#last, dids }
  }

  /** Answers those who wait. */
  close(): void {
    for (const { answerNow } of this.#listeners.values()) answerNow()
  }

  #after(number: number): string[] | null {
    const missed = this.#last - number
    if (missed === 0) return []
    return missed <= this.#kept.length ? [...new Set(this.#kept.slice(-missed))] : null
  }

  #listenerOf(id: string): { listener: Listener; isNew: boolean } {
    this.#forgetSilent()
    const known = this.#listeners.get(id)
    if (known) return { listener: known, isNew: false }
    const listener = { heardUpTo: 0, askedAt: 0, answerNow: () => {}, onAsk: new Set<() => void>() }
    this.#listeners.set(id, listener)
    return { listener, isNew: true }
  }

  /** Those who have not asked for so long are not sure of anything, and need no word. */
  #forgetSilent(): void {
    const silent = performance.now() - ENDINGS_LEASE
    for (const [id, { askedAt }] of this.#listeners) {
      if (askedAt < silent) this.#listeners.delete(id)
    }
  }
}

/** Waits for the next ending, for a while. */
function pause(listener: Listener): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, ENDINGS_WAIT).unref()
    listener.answerNow = () => {
      clearTimeout(timer)
      resolve()
    }
  })
}

/** @returns once the listener has heard of an ending, or is not sure any more to know all of them */
function confirmed(listener: Listener, number: number): Promise<void> {
  return new Promise((resolve) => {
    const end = () => {
      clearTimeout(timer)
      listener.onAsk.delete(onAsk)
      resolve()
    }
    const onAsk = () => {
      if (listener.heardUpTo >= number) end()
    }
    // Timers cut fractions of a millisecond off, and come as much too early.
    const left = Math.ceil(listener.askedAt + ENDINGS_LEASE - performance.now())
    const timer = setTimeout(end, left + 1)
    listener.onAsk.add(onAsk)
    listener.answerNow()
  })
}
