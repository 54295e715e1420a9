import type { ServerResponse } from 'node:http'
import type { MiddlewareHandler } from 'hono'
import { requestSeconds, requests, requestsInFlight } from '../base/metrics.ts'

/** Routes that are counted by name; anything else shares one, so that nobody can make up labels. */
const NAMED = new Set([
  '/_health',
  '/account',
  '/oauth/authorize',
  '/oauth/authorize/redirect',
  '/oauth/jwks',
  '/oauth/par',
  '/oauth/revoke',
  '/oauth/token',
  '/.well-known/atproto-did',
  '/.well-known/did.json',
  '/.well-known/oauth-authorization-server',
])
const PREFIXES = ['/@atproto/oauth-provider/~api/', '/@atproto/oauth-provider/~assets/', '/xrpc/']

/** Counts and times every request. */
export const metered: MiddlewareHandler<{ Bindings: { outgoing?: ServerResponse } }> = async (
  c,
  next,
) => {
  const route = routeOf(c.req.path)
  const end = requestSeconds.startTimer({ route })
  requestsInFlight.inc()
  try {
    await next()
  } finally {
    requestsInFlight.dec()
    end()
    const status = c.env?.outgoing?.headersSent ? c.env.outgoing.statusCode : c.res.status
    requests.inc({ route, status })
  }
}

function routeOf(path: string): string {
  if (NAMED.has(path)) return path
  return PREFIXES.find((prefix) => path.startsWith(prefix)) ?? 'other'
}
