import { endingFunctions } from '../actors/account/index.ts'
import type { AccountStub, Actors } from '../actors/reach.ts'
import { Refusal } from '../base/errors.ts'

/**
 * The actors, whose accounts end nothing without a word: what may have ended sessions of an account is
 * told before its answer goes on, also where it is unknown what came of it.
 *
 * @param tell returns once no one lets these sessions through any more
 */
export function announcingEndings(actors: Actors, tell: (did: string) => Promise<void>): Actors {
  const announcing = (did: string, end: (...args: unknown[]) => Promise<unknown>) => {
    return async (...args: unknown[]) => {
      let isRefused = false
      try {
        return await end(...args)
      } catch (err) {
        isRefused = err instanceof Refusal
        throw err
      } finally {
        if (!isRefused) await tell(did)
      }
    }
  }
  return {
    ...actors,
    account: (did) =>
      new Proxy(actors.account(did), {
        get(account, name, receiver) {
          const call = Reflect.get(account, name, receiver)
          return endingFunctions.has(name as keyof AccountStub) ? announcing(did, call) : call
        },
      }),
  }
}
