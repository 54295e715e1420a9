import { type Standing, secondsToWait } from '../../database/limits/counter.ts'
import type { Door } from '../../http/door.ts'
import { type HttpResponse, withoutHeaders } from '../../http/message.ts'
import { retryAfter } from '../../http/retry_after.ts'
import type { Limit } from './table.ts'

/** A limit and how it stands for the request that is being answered. */
export type Applied = { limit: Limit; standing: Standing }

/** 429 (RFC 6585 section 4), in the form of the endpoint's other errors. */
export function tooMany(door: Door, applied: Applied[]): HttpResponse {
  return door.tooMany({
    ...rateLimitHeaders(applied),
    ...retryAfter(secondsToWait(applied.map(({ standing }) => standing))),
  })
}

/** The same answer, with how the tightest limit stands. */
export function withRateLimit(response: HttpResponse, applied: Applied[]): HttpResponse {
  const limits = Object.entries(rateLimitHeaders(applied))
  const names = limits.map(([name]) => name)
  // What stands in the headers is about this client: the gateway cannot give it to others.
  const { keepFor: _, headers, ...rest } = withoutHeaders(response, names)
  return { ...rest, headers: [...headers, ...limits] }
}

/** As the reference writes them: the reset is in seconds since the epoch. */
function rateLimitHeaders(applied: Applied[]): Record<string, string> {
  const [tightest] = applied.toSorted((a, b) => a.standing.remaining - b.standing.remaining)
  if (!tightest) return {}
  const { limit, standing } = tightest
  return {
    'ratelimit-limit': String(limit.points),
    'ratelimit-remaining': String(standing.remaining),
    'ratelimit-reset': String(Math.floor(standing.resetsAt / 1_000)),
    'ratelimit-policy': `${limit.points};w=${limit.seconds}`,
  }
}
