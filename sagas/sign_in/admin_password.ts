import { takePoint } from '../accounts/account_limits.ts'
import type { Services } from '../services/services.ts'

/**
 * Judges an admin password, this program's or that of a PDS: wrong ones are counted, by who shows them.
 *
 * @param judge what the password is good for; null where it is wrong
 * @throws {Refusal} RateLimitExceeded
 */
export async function judgeAdminPassword<T>(
  services: Pick<Services, 'counters' | 'settings' | 'log'>,
  judge: () => T | null | Promise<T | null>,
): Promise<T | null> {
  const guess = await takePoint(services, 'admin password', services.settings.did)
  let isWrong = false
  try {
    const rights = await judge()
    isWrong = rights === null
    return rights
  } finally {
    if (!isWrong) await guess.giveBack()
  }
}
