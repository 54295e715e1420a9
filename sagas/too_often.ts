import { Refusal } from '../base/errors.ts'
import { count } from '../base/in_words.ts'
import { type Standing, secondsToWait } from '../database/limits/counter.ts'

/**
 * Refuses what was done too often, and says when to try again: to people in minutes, and to programs in seconds
 * (`retryAfter`).
 *
 * @param what was too often, in a sentence
 * @param standings of the counters that were asked
 */
export function tooOften(what: string, standings: readonly Standing[]): Refusal {
  const retryAfter = secondsToWait(standings)
  const minutes = count(Math.ceil(retryAfter / 60), 'minute')
  return new Refusal('RateLimitExceeded', `${what} Try again in ${minutes}.`, { retryAfter })
}
