import { PREFLIGHT } from '../../base/lifetimes.ts'
import {
  emptyResponse,
  type HttpHandler,
  type HttpResponse,
  headerOf,
  withoutHeaders,
} from '../message.ts'

const ORIGIN = 'access-control-allow-origin'
const EXPOSE = 'access-control-expose-headers'

/**
 * The answer to a preflight of any request (Fetch standard, "CORS-preflight request"). No endpoint for
 * programs looks at cookies, so every origin may ask.
 */
export const preflight: HttpHandler = async () =>
  emptyResponse(204, {
    [ORIGIN]: '*',
    'access-control-allow-methods': '*',
    'access-control-allow-headers': 'Authorization, Content-Type, DPoP, *',
    'access-control-max-age': String(PREFLIGHT / 1_000),
  })

/**
 * By these an answer says how to go on, and how its limits stand. A page of another origin reads none that is not exposed
 * (Fetch standard).
 */
const GUIDING = [
  ...['Retry-After', 'WWW-Authenticate', 'DPoP-Nonce', 'Allow'],
  ...['RateLimit-Limit', 'RateLimit-Reset', 'RateLimit-Remaining', 'RateLimit-Policy'],
]

/** The same answer, for programs of every origin to read, with all that {@link GUIDING} names. */
export function readableElsewhere(response: HttpResponse): HttpResponse {
  const before = response.headers.filter(([name]) => name === EXPOSE).map(([, value]) => value)
  const known = before.join().toLowerCase().split(/, */)
  const hidden = GUIDING.filter((name) => {
    const lower = name.toLowerCase()
    return headerOf(response, lower) !== undefined && !known.includes(lower)
  })
  const exposed = [...before, ...hidden].join(', ')
  // The OpenID provider names the origin that asks, which caches would have to keep apart.
  const others = withoutHeaders(response, [ORIGIN, EXPOSE])
  const headers: HttpResponse['headers'] = [...others.headers, [ORIGIN, '*']]
  return { ...others, headers: exposed ? [...headers, [EXPOSE, exposed]] : headers }
}
