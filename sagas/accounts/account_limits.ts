import { SECONDS_A_MINUTE, SECONDS_AN_HOUR } from '../../base/lifetimes.ts'
import { networkOf } from '../../base/values/network.ts'
import { logEvent } from '../../base/watching/event_log.ts'
import { type Counter, takenPoints } from '../../database/limits/counter.ts'
import { requester } from '../../http/requester.ts'
import type { Services } from '../services/services.ts'
import { tooOften } from '../services/too_often.ts'

type Subject = 'account at address' | 'account' | 'address'

type Limit = { name: string; per: Subject; points: number; seconds: number }

/**
 * How often an account may do something, over all doors and names that it has: the limits on a request know an
 * account only as it was named.
 */
export const ACCOUNT_LIMITS = {
  /**
   * Six digits can be guessed, so these bind known browsers, too. A guesser knows the password: a new one keeps
   * them away.
   */
  'second factor': {
    refusal: 'Too many wrong codes.',
    limits: [
      {
        name: 'second factor',
        per: 'account at address',
        points: 10,
        seconds: 5 * SECONDS_A_MINUTE,
      },
      { name: 'second factor', per: 'account', points: 100, seconds: SECONDS_AN_HOUR },
    ],
  },
  /**
   * The code of a mail, once used, tells for a while whether a password is that of the account
   * (`actors/account/passwords.ts`). Who has no such code finds no account, and is not counted here.
   */
  'new password': {
    refusal: 'Too many wrong codes.',
    limits: [{ name: 'new password', per: 'account', points: 10, seconds: 5 * SECONDS_A_MINUTE }],
  },
  /** Eight letters of 20. A guesser has an account, or several. */
  'device code': {
    refusal: 'Too many wrong codes.',
    limits: [
      { name: 'device code', per: 'account', points: 20, seconds: 10 * SECONDS_A_MINUTE },
      { name: 'device code', per: 'address', points: 60, seconds: 10 * SECONDS_A_MINUTE },
    ],
  },
  /** It may have been chosen by a person, and sets the password of every account. */
  'admin password': {
    refusal: 'Too many wrong passwords.',
    limits: [{ name: 'admin password', per: 'address', points: 50, seconds: 5 * SECONDS_A_MINUTE }],
  },
  /**
   * As at the reference. Each change is an operation of PLC, which takes only so many of one address: with more,
   * nobody could sign up.
   */
  'handle change': {
    refusal: 'The handle was changed too often.',
    limits: [
      { name: 'handle change', per: 'account', points: 10, seconds: 5 * SECONDS_A_MINUTE },
      { name: 'handle change, a day', per: 'account', points: 50, seconds: 24 * SECONDS_AN_HOUR },
    ],
  },
} as const satisfies Record<string, { refusal: string; limits: readonly Limit[] }>

/**
 * Takes a point before something is done, or a code is judged: what is asked at once does not slip through together.
 *
 * @param did null for what is about no account, whose limits are by address alone
 * @returns gives the point back where it does not count
 * @throws {Refusal} RateLimitExceeded
 */
export async function takePoint(
  { counters, settings, log }: Pick<Services, 'counters' | 'settings' | 'log'>,
  what: keyof typeof ACCOUNT_LIMITS,
  did: string | null,
): Promise<{ giveBack(): Promise<void> }> {
  if (!settings.rateLimits) return { giveBack: async () => {} }
  const { refusal, limits } = ACCOUNT_LIMITS[what]
  const address = networkOf(requester()?.address ?? '')
  const subjects = { 'account at address': `${did ?? ''}\n${address}`, account: did ?? '', address }
  const asked = limits.map(
    ({ name, per, ...limit }): Counter => ({ key: `${name}, ${per}\n${subjects[per]}`, ...limit }),
  )
  const { isAllowed, quotas } = await counters.take(asked)
  if (isAllowed) return { giveBack: () => counters.giveBack(takenPoints(asked, quotas)) }
  const usedUp = limits[quotas.findIndex(({ remaining }) => remaining === 0)]
  const limited = { did: did ?? undefined, limit: usedUp?.name, per: usedUp?.per }
  logEvent(log, 'rate_limited', limited, requester()?.address)
  throw tooOften(refusal, quotas)
}
