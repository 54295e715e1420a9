import { UnavailableError } from '../../base/errors.ts'
import type { Services } from '../../sagas/services/services.ts'

/** Where a saga is cut off. */
export type Cut = {
  /** Which of its calls that change something: to actors, the PDS and PLC, from 0. */
  at: number
  /** Before the call has arrived, once it is carried out, or while it waits there until the test lets it go on. */
  when: 'before' | 'after' | 'late'
  /** The program dies; or it lives, and there is no answer. */
  how: 'dies' | 'gets no answer'
}

class Death extends Error {}

/** They only look, so a cut there is one at the call before. */
const LOOKS = /^(read|find|list|is|assert|check|genesis$|move$)/

/** What a saga has between it and the others, which is cut once. */
export class Line {
  readonly #cut: Cut
  #calls = 0
  #isDead = false
  #isCut = false
  #isPeer = false
  #waiting: (() => Promise<unknown>) | null = null

  constructor(cut: Cut) {
    this.#cut = cut
  }

  /** Whether the saga came to the cut. */
  get isCut(): boolean {
    return this.#isCut
  }

  /** Whether that is a call to the PDS or PLC: to those a program that lives may wait in vain. */
  get isPeer(): boolean {
    return this.#isPeer
  }

  /** Lets the call that waits go on, whoever waits for it still. @returns whether there was one */
  async goOn(): Promise<boolean> {
    const waiting = this.#waiting
    this.#waiting = null
    await waiting?.().catch(() => {})
    return waiting !== null
  }

  through(services: Services): Services {
    const { actors } = services
    return {
      ...services,
      actors: {
        ...actors,
        directory: this.#watch(actors.directory, false),
        account: (did) => this.#watch(actors.account(did), false),
      },
      plc: this.#watch(services.plc, true),
      pds: async (did) => this.#watch(await services.pds(did), true),
    }
  }

  #watch<T extends object>(target: T, isPeer: boolean): T {
    return new Proxy(target, {
      get: (_, name) => {
        const member = Reflect.get(target, name)
        if (typeof member !== 'function') return member
        return async (...args: unknown[]) => {
          if (this.#isDead) throw new Death()
          const call = async () => member.apply(target, args)
          const isIt = !LOOKS.test(String(name)) && this.#calls++ === this.#cut.at
          if (!isIt) return call()
          this.#isCut = true
          this.#isPeer = isPeer
          this.#isDead = this.#cut.how === 'dies'
          if (this.#cut.when === 'after') await call().catch(() => {})
          if (this.#cut.when === 'late') this.#waiting = call
          throw this.#isDead ? new Death() : new UnavailableError(`What answers ${String(name)}`)
        }
      },
    })
  }
}
