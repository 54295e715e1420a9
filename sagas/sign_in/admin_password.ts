import { networkOf } from '../../base/values/network.ts'
import { requester } from '../../http/requester.ts'
import { takePoint } from '../accounts/account_limits.ts'
import type { Services } from '../services/services.ts'

/**
 * Judges an admin password, this program's or that of a PDS: wrong ones are counted, by who shows them. Those of one
 * address are judged one after the other: as many right ones at once as there are points would refuse the next.
 *
 * @param judge what the password is good for; null where it is wrong
 * @throws {Refusal} RateLimitExceeded
 */
export function judgeAdminPassword<T>(
  services: Pick<Services, 'counters' | 'settings' | 'log' | 'mutex'>,
  judge: () => T | null | Promise<T | null>,
): Promise<T | null> {
  const counted = async () => {
    const guess = await takePoint(services, 'admin password', null)
    let isWrong = false
    try {
      const rights = await judge()
      isWrong = rights === null
      return rights
    } finally {
      if (!isWrong) await guess.giveBack()
    }
  }
  const turn = `admin password of ${networkOf(requester()?.address ?? '')}`
  return services.mutex.run(turn, counted)
}
