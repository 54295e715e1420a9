import { setTimeout } from 'node:timers/promises'
import { POLL } from '../../base/lifetimes.ts'
import type { EndingTeller, SessionName } from '../../http/endings.ts'
import type { Answer, AuthActor, RequestEnvelope } from '../../http/envelope.ts'

/** One of the auth actors, which knows how many there are. */
export type OneAuthActor = Omit<AuthActor, 'tellers'> &
  EndingTeller & { authActors(): Promise<number> }

/** The auth actors, asked one after the other: each of them can answer everything. Those that are away are left out. */
export class AuthRoundRobin implements AuthActor {
  readonly #at: (number: number) => OneAuthActor
  readonly #isAway: (number: number) => boolean
  readonly #first: OneAuthActor
  #all: OneAuthActor[] | null = null
  #next = 0

  /**
   * @param at the auth actor with a number, from 0
   * @param isAway whether it is known that it cannot be reached for now
   */
  constructor(at: (number: number) => OneAuthActor, isAway: (number: number) => boolean) {
    this.#at = at
    this.#isAway = isAway
    this.#first = at(0)
  }

  async answer(envelope: RequestEnvelope): Promise<Answer> {
    return (await this.#one()).answer(envelope)
  }

  async areOpen(sessions: SessionName[]): Promise<boolean[]> {
    return (await this.#one()).areOpen(sessions)
  }

  async tellers(): Promise<OneAuthActor[]> {
    return this.#all ?? this.#find()
  }

  /** Whether everything is there for every one of them. @throws {Error} when one does not answer */
  async ready(): Promise<boolean> {
    const all = this.#all ?? (await this.#find())
    return (await Promise.all(all.map((each) => each.ready()))).every(Boolean)
  }

  /** Waits until they answer, where asking fails at once. */
  async opened(): Promise<this> {
    const answer = () =>
      this.ready().then(
        () => true,
        () => false,
      )
    while (!(await answer())) await setTimeout(POLL)
    return this
  }

  async #one(): Promise<OneAuthActor> {
    const all = this.#all ?? (await this.#find())
    const next = this.#next++
    const inTurn = all.map((_, i) => (next + i) % all.length)
    const chosen = inTurn.find((number) => !this.#isAway(number)) ?? next % all.length
    return all[chosen] as OneAuthActor
  }

  async #find(): Promise<OneAuthActor[]> {
    const number = await this.#first.authActors()
    this.#all ??= [this.#first, ...Array.from({ length: number - 1 }, (_, i) => this.#at(i + 1))]
    return this.#all
  }
}
