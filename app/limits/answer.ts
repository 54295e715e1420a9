import { type Quota, secondsToWait } from '../../database/limits/counter.ts'
import { retryAfter } from '../../http/answers/retry_after.ts'
import { type HttpResponse, withoutHeaders } from '../../http/message.ts'
import type { Door } from '../../http/routes/door.ts'
import type { Limit } from './limit.ts'

/** A limit and what is left of it for the request that is being answered. */
export type Applied = { limit: Limit; quota: Quota }

/** 429 (RFC 6585 section 4), in the form of the endpoint's other errors. */
export function tooMany(door: Door, applied: Applied[]): HttpResponse {
  return door.tooMany({
    ...rateLimitHeaders(applied),
    ...retryAfter(secondsToWait(applied.map(({ quota }) => quota))),
  })
}

/** The same answer, with what is left of the tightest limit. */
export function withRateLimit(response: HttpResponse, applied: Applied[]): HttpResponse {
  const limits = Object.entries(rateLimitHeaders(applied))
  const names = limits.map(([name]) => name)
  // What stands in the headers is about this client: the gateway cannot give it to others.
  const { keepFor: _, headers, ...rest } = withoutHeaders(response, names)
  return { ...rest, headers: [...headers, ...limits] }
}

/** As the reference writes them: the reset is in seconds since the epoch. */
function rateLimitHeaders(applied: Applied[]): Record<string, string> {
  const [tightest] = applied.toSorted((a, b) => a.quota.remaining - b.quota.remaining)
  if (!tightest) return {}
  const { limit, quota } = tightest
  return {
    'ratelimit-limit': String(limit.points),
    'ratelimit-remaining': String(quota.remaining),
    'ratelimit-reset': String(Math.floor(quota.resetsAt / 1_000)),
    'ratelimit-policy': `${limit.points};w=${limit.seconds}`,
  }
}
