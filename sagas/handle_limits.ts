import { Refusal } from '../base/errors.ts'
import { logEvent } from '../base/event_log.ts'
import { secondsToWait } from '../database/limits/counter.ts'
import { requester } from '../http/requester.ts'
import type { Services } from './services.ts'

const MINUTE = 60

/**
 * How often a person may change the handle of an account, as at the reference. Each change is an operation of PLC,
 * which takes only so many of one address: with more, nobody could sign up.
 */
const LIMITS = [
  { name: 'handle change', points: 10, seconds: 5 * MINUTE },
  { name: 'handle change, a day', points: 50, seconds: 24 * 60 * MINUTE },
]

/** Counts one. @throws {Refusal} RateLimitExceeded */
export async function countHandleChange(
  { counters, settings, log }: Pick<Services, 'counters' | 'settings' | 'log'>,
  did: string,
): Promise<void> {
  if (!settings.rateLimits) return
  const taken = LIMITS.map(({ name, ...limit }) => ({ key: `${name}\n${did}`, ...limit }))
  const { isAllowed, standings } = await counters.take(taken)
  if (isAllowed) return
  const usedUp = LIMITS[standings.findIndex(({ remaining }) => remaining === 0)]
  logEvent(log, 'rate_limited', { did, limit: usedUp?.name, per: 'account' }, requester()?.address)
  const retryAfter = secondsToWait(standings)
  throw new Refusal(
    'RateLimitExceeded',
    `The handle was changed too often. Try again in ${Math.ceil(retryAfter / MINUTE)} minutes.`,
    { retryAfter },
  )
}
