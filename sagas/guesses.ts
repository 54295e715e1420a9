import { Refusal } from '../base/errors.ts'
import { logEvent } from '../base/event_log.ts'
import { type Counter, secondsToWait } from '../database/limits/counter.ts'
import { networkOf } from '../http/network.ts'
import { requester } from '../http/requester.ts'
import type { Services } from './services.ts'

const MINUTE = 60

type Guesses = { points: number; seconds: number }

/**
 * How often a wrong code may be given by one account, over all doors and names that the account has: the limits
 * on a request know an account only as it was named.
 */
const GUESSES = {
  /**
   * Six digits can be guessed, so these bind known browsers, too. A guesser knows the password: a new one keeps
   * them away.
   */
  'second factor': {
    'account at address': { points: 10, seconds: 5 * MINUTE },
    account: { points: 100, seconds: 60 * MINUTE },
  },
  /** Of a device, eight letters of 20. A guesser has an account, or several. */
  'device code': {
    account: { points: 20, seconds: 10 * MINUTE },
    address: { points: 60, seconds: 10 * MINUTE },
  },
} as const satisfies Record<string, Partial<Record<Subject, Guesses>>>

type Subject = 'account at address' | 'account' | 'address'

/**
 * Takes a point for a guess, before it is judged: guesses made at once do not slip through together.
 *
 * @returns gives the point back where the code was not wrong
 * @throws {Refusal} RateLimitExceeded
 */
export async function takeGuess(
  { counters, settings, log }: Pick<Services, 'counters' | 'settings' | 'log'>,
  what: keyof typeof GUESSES,
  did: string,
): Promise<{ giveBack(): Promise<void> }> {
  if (!settings.rateLimits) return { giveBack: async () => {} }
  const address = networkOf(requester()?.address ?? '')
  const subjects = { 'account at address': `${did}\n${address}`, account: did, address }
  const limits = Object.entries<Guesses>(GUESSES[what]) as [Subject, Guesses][]
  const taken = limits.map(
    ([per, guesses]): Counter => ({ key: `${what}, ${per}\n${subjects[per]}`, ...guesses }),
  )
  const { isAllowed, standings } = await counters.take(taken)
  if (isAllowed) return { giveBack: () => counters.giveBack(taken) }
  const [per] = limits[standings.findIndex(({ remaining }) => remaining === 0)] ?? ['account']
  logEvent(log, 'rate_limited', { did, limit: what, per }, requester()?.address)
  const retryAfter = secondsToWait(standings)
  throw new Refusal(
    'RateLimitExceeded',
    `Too many wrong codes. Try again in ${Math.ceil(retryAfter / MINUTE)} minutes.`,
    { retryAfter },
  )
}
