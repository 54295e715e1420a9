import type { Counters } from '../../actors/auth/shared_counters.ts'
import type { Counter, Standing } from '../../database/limits/counter.ts'
import { inspect, isEncoded } from '../../oauth/checks/check.ts'
import { covers } from '../../oauth/checks/endpoints.ts'
import type { Route } from '../routes.ts'
import { tooMany, unreadable, withRateLimit } from './answer.ts'
import { countsAs } from './counts_as.ts'
import type { KnowsDevice } from './known_device.ts'
import { accountOf, subjectOf } from './subject.ts'
import { LIMITS, type Limit } from './table.ts'

/**
 * Puts {@link LIMITS} in front of a handler. A point is taken before the work and given back where
 * the limit does not count what came of it, so that guesses made at once do not slip through together.
 */
export function limited(
  counters: Counters,
  knowsDevice: KnowsDevice,
  handle: Route['answer'],
): Route['answer'] {
  return async (request) => {
    const { pathname } = request.url
    const limits = LIMITS.filter(({ on }) => on.some((path) => covers(path, pathname)))
    if (!limits.length || request.method === 'OPTIONS') return handle(request)

    const isAboutAnAccount = limits.some(({ per }) => per.startsWith('account'))
    if (isAboutAnAccount && isEncoded(request)) return unreadable(pathname)
    const account = isAboutAnAccount ? accountOf(inspect(request)) : null
    const counted = limits.flatMap((limit) => {
      const subject = subjectOf(limit.per, account, request.peer.address)
      return subject === null ? [] : [{ limit, counter: toCounter(limit, subject) }]
    })
    const take = async (taken: typeof counted) => {
      const now = Date.now()
      const { isAllowed, standings } = await counters.take(taken.map(({ counter }) => counter))
      const applied = taken.map(({ limit }, i) => ({ limit, standing: standings[i] as Standing }))
      return { isAllowed, applied, now, taken }
    }

    let attempt = await take(counted)
    if (!attempt.isAllowed && account && counted.some(({ limit }) => limit.exceptKnownDevices)) {
      const others = counted.filter(({ limit }) => !limit.exceptKnownDevices)
      if (await knowsDevice(request, account)) attempt = await take(others)
    }
    if (!attempt.isAllowed) return tooMany(pathname, attempt.applied, attempt.now)

    const response = await handle(request)
    if ('passTo' in response) return response
    const countedAs = countsAs(response)
    const spared = attempt.taken.filter(({ limit }) => !countedAs.includes(limit.counts))
    if (spared.length) await counters.giveBack(spared.map(({ counter }) => counter))
    return withRateLimit(response, attempt.applied)
  }
}

function toCounter({ name, points, seconds }: Limit, subject: string): Counter {
  return { key: `${name}\n${subject}`, points, seconds }
}
