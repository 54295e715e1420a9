import type { Standing } from '../../database/limits/counter.ts'
import { type HttpResponse, headerOf, withoutHeaders } from '../../http/message.ts'
import { refuse } from '../../http/refuse.ts'
import { xrpcError } from '../../http/xrpc_error.ts'
import type { Limit } from './table.ts'

const EXPOSED =
  'RateLimit-Limit, RateLimit-Reset, RateLimit-Remaining, RateLimit-Policy, Retry-After'

const EXPOSE = 'access-control-expose-headers'

/** A limit and how it stands for the request that is being answered. */
export type Applied = { limit: Limit; standing: Standing }

/** 429 (RFC 6585 section 4), in the form of the endpoint's other errors. */
export function tooMany(path: string, applied: Applied[], now: number): HttpResponse {
  const headers = {
    ...rateLimitHeaders(applied),
    ...retryAfter(applied, now),
    [EXPOSE]: EXPOSED,
  }
  if (path.startsWith('/xrpc/')) {
    return xrpcError(429, 'RateLimitExceeded', 'Rate Limit Exceeded', headers)
  }
  return refuse(429, 'rate_limit_exceeded', 'Too many attempts; wait a while', headers)
}

/** 415 for a body in which the account that it is about cannot be read. */
export function unreadable(path: string): HttpResponse {
  const reason = 'Send the body without a content encoding'
  return path.startsWith('/xrpc/')
    ? xrpcError(415, 'InvalidRequest', reason)
    : refuse(415, 'invalid_request', reason)
}

/** The same answer, with how the tightest limit stands. */
export function withRateLimit(response: HttpResponse, applied: Applied[]): HttpResponse {
  const limits = Object.entries(rateLimitHeaders(applied))
  const exposed = [headerOf(response, EXPOSE), EXPOSED].filter(Boolean).join(', ')
  const isForOthers = headerOf(response, 'access-control-allow-origin') !== undefined
  const { status, headers, body } = withoutHeaders(response, [
    ...limits.map(([name]) => name),
    EXPOSE,
  ])
  return {
    status,
    headers: [
      ...headers,
      ...limits,
      ...(isForOthers ? [[EXPOSE, exposed] as [string, string]] : []),
    ],
    body,
  }
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

function retryAfter(applied: Applied[], now: number): Record<string, string> {
  const exhausted = applied.filter(({ standing }) => standing.remaining === 0)
  const wait = Math.max(...exhausted.map(({ standing }) => standing.resetsAt)) - now
  return { 'retry-after': String(Math.max(1, Math.ceil(wait / 1_000))) }
}
