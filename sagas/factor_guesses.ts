import { Refusal } from '../base/errors.ts'
import { logEvent } from '../base/event_log.ts'
import { type Counter, secondsToWait } from '../database/limits/counter.ts'
import { networkOf } from '../http/network.ts'
import { requester } from '../http/requester.ts'
import type { Services } from './services.ts'

const MINUTE = 60

/**
 * How often a wrong code of a second factor may be given for one account, over all factors, doors and names
 * that the account has: the limits on a request know an account only as it was named. Six digits can be
 * guessed, so these bind known browsers, too. A guesser knows the password: a new one keeps them away.
 */
const FACTOR_GUESSES = {
  'account at address': { points: 10, seconds: 5 * MINUTE },
  account: { points: 100, seconds: 60 * MINUTE },
} as const

/**
 * Takes a point for a guess, before it is judged: guesses made at once do not slip through together.
 *
 * @returns gives the point back where the code was not wrong
 * @throws {Refusal} RateLimitExceeded
 */
export async function takeGuess(
  { counters, settings, log }: Pick<Services, 'counters' | 'settings' | 'log'>,
  did: string,
): Promise<{ giveBack(): Promise<void> }> {
  if (!settings.rateLimits) return { giveBack: async () => {} }
  const address = networkOf(requester()?.address ?? '')
  const taken = [toCounter('account at address', `${did}\n${address}`), toCounter('account', did)]
  const { isAllowed, standings } = await counters.take(taken)
  if (isAllowed) return { giveBack: () => counters.giveBack(taken) }
  const isUsedUp = standings[0]?.remaining === 0
  const per = isUsedUp ? 'account at address' : 'account'
  logEvent(log, 'rate_limited', { did, limit: 'second factor', per }, requester()?.address)
  const retryAfter = secondsToWait(standings)
  throw new Refusal(
    'RateLimitExceeded',
    `Too many wrong codes. Try again in ${Math.ceil(retryAfter / MINUTE)} minutes.`,
    { retryAfter },
  )
}

function toCounter(per: keyof typeof FACTOR_GUESSES, subject: string): Counter {
  return { key: `second factor, ${per}\n${subject}`, ...FACTOR_GUESSES[per] }
}
