import { Refusal } from '../../base/errors.ts'
import { SECONDS_A_MINUTE } from '../../base/lifetimes.ts'
import { count } from '../../base/time/in_words.ts'
import { type Quota, secondsToWait } from '../../database/limits/counter.ts'

/**
 * Refuses what was done too often, and says when to try again: to people in minutes, and to programs in seconds
 * (`retryAfter`).
 *
 * @param what was too often, in a sentence
 * @param quotas of the counters that were asked
 */
export function tooOften(what: string, quotas: readonly Quota[]): Refusal {
  const retryAfter = secondsToWait(quotas)
  const minutes = count(Math.ceil(retryAfter / SECONDS_A_MINUTE), 'minute')
  return new Refusal('RateLimitExceeded', `${what} Try again in ${minutes}.`, { retryAfter })
}
