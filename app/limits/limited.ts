import { logEvent } from '../../base/watching/event_log.ts'
import {
  type Counter,
  type Quota,
  type TakenPoint,
  takenPoints,
} from '../../database/limits/counter.ts'
import { watchAttempt } from '../../http/attempt.ts'
import type { HttpRequest } from '../../http/message.ts'
import { senderOf } from '../../oauth/sign_in/own_form.ts'
import type { Services } from '../../sagas/services/services.ts'
import type { Route } from '../routes.ts'
import { type Applied, tooMany, withRateLimit } from './answer.ts'
import { countsAs } from './counts_as.ts'
import type { KnowsDevice } from './known_device.ts'
import type { Limit } from './limit.ts'
import { accountOf, subjectOf } from './subject.ts'
import { LIMITS } from './table.ts'

/**
 * Puts those of {@link LIMITS} that are on a route in front of it. A point is taken before the work
 * and given back where the limit does not count what came of it, so that guesses made at once do
 * not slip through together. A form that another site has a browser send is refused, and counts as nothing: else that
 * site could keep the person of the browser from the form.
 */
export function limited(
  { counters, log, settings }: Pick<Services, 'counters' | 'log' | 'settings'>,
  knowsDevice: KnowsDevice,
  route: Route,
): Route {
  const limits = LIMITS.filter(({ on }) =>
    typeof on === 'string' ? on === route.door.name : on.includes(route.name),
  )
  if (!limits.length) return route

  const note = ({ peer }: HttpRequest, applied: Applied[]) => {
    for (const { limit, quota } of applied) {
      if (quota.remaining > 0) continue
      const { name, per } = limit
      logEvent(log, 'rate_limited', { limit: name, per, route: route.name }, peer.address)
    }
  }

  const answer: Route['answer'] = async (request) => {
    if (request.method === 'OPTIONS') return route.answer(request)
    const account = accountOf(request, route)
    const counted = limits.flatMap((limit) => {
      const subject = subjectOf(limit.per, account, request.peer.address)
      return subject === null ? [] : [{ limit, counter: toCounter(limit, subject) }]
    })
    const take = async (taken: typeof counted) => {
      const of = taken.map(({ counter }) => counter)
      const { isAllowed, quotas } = await counters.take(of)
      const points = takenPoints(of, quotas)
      const applied = taken.map(({ limit }, i) => ({
        ...{ limit, quota: quotas[i] as Quota, point: points[i] as TakenPoint },
      }))
      return { isAllowed, applied }
    }

    let attempt = await take(counted)
    if (!attempt.isAllowed && account && counted.some(({ limit }) => limit.exceptKnownDevices)) {
      const others = counted.filter(({ limit }) => !limit.exceptKnownDevices)
      if (await knowsDevice(request, account)) attempt = await take(others)
    }
    if (!attempt.isAllowed) {
      note(request, attempt.applied)
      const refusal = tooMany(route.door, attempt.applied)
      return route.refused?.(request, refusal) ?? refusal
    }

    const { applied } = attempt
    const isKnown =
      account !== null &&
      applied.some((each) => each.limit.exceptKnownDevices && isCaptchaDue(each, 'next')) &&
      (await knowsDevice(request, account))
    const watched = await watchAttempt(
      () => route.answer(request),
      (before) =>
        applied.some(
          (each) => isCaptchaDue(each, before) && !(isKnown && each.limit.exceptKnownDevices),
        ),
    )
    const response = watched.answer
    if ('passTo' in response) return response
    const isForm = route.isOwnForm && request.method === 'POST'
    const isForeign = isForm && senderOf(request, settings.publicUrl) === 'elsewhere'
    const countedAs = isForeign ? [] : countsAs(response, watched.attempt)
    const spared = applied.filter(({ limit }) => !countedAs.includes(limit.counts))
    if (spared.length) await counters.giveBack(spared.map(({ point }) => point))
    return withRateLimit(response, applied)
  }
  return { ...route, answer }
}

/** The attempt that is being answered has taken its point already. */
function isCaptchaDue({ limit, quota }: Applied, before: 'this' | 'next'): boolean {
  const failed = limit.points - quota.remaining - (before === 'this' ? 1 : 0)
  return limit.captchaAfter !== undefined && failed >= limit.captchaAfter
}

function toCounter({ name, points, seconds }: Limit, subject: string): Counter {
  return { key: `${name}\n${subject}`, points, seconds }
}
