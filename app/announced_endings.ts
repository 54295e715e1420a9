import { endingFunctions } from '../actors/account/index.ts'
import { type Actors, replacingCalls } from '../actors/reach.ts'
import { Refusal } from '../base/errors.ts'

/**
 * The actors, whose accounts end nothing without a word: what may have ended sessions of an account is
 * told before its answer goes on, also where it is unknown what came of it.
 *
 * @param tell returns once no one lets these sessions through any more
 */
export function announcingEndings(actors: Actors, tell: (did: string) => Promise<void>): Actors {
  return replacingCalls(actors, endingFunctions, (did, account, name) => async (...args) => {
    let isRefused = false
    try {
      return await (account[name] as (...args: never[]) => Promise<unknown>)(...args)
    } catch (err) {
      isRefused = err instanceof Refusal
      throw err
    } finally {
      if (!isRefused) await tell(did)
    }
  })
}
