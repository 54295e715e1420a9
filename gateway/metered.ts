import type { ServerResponse } from 'node:http'
import type { MiddlewareHandler } from 'hono'
import { requestSeconds, requests, requestsInFlight } from '../base/metrics.ts'
import type { Answer } from '../http/envelope.ts'

/** Of answers that name no route: the gateway's own. */
const OF_THE_GATEWAY = 'gateway'

export type Metered = { Variables: { route: string | undefined } }

/**
 * Counts and times every request. The auth actor says which route was taken. The routes are a fixed
 * table, so a client cannot make new labels.
 */
export const metered: MiddlewareHandler<
  Metered & { Bindings: { outgoing?: ServerResponse } }
> = async (c, next) => {
  const end = requestSeconds.startTimer()
  requestsInFlight.inc()
  try {
    await next()
  } finally {
    requestsInFlight.dec()
    const route = c.get('route') ?? OF_THE_GATEWAY
    end({ route })
    const status = c.env?.outgoing?.headersSent ? c.env.outgoing.statusCode : c.res.status
    requests.inc({ route, status })
  }
}

/** The route that an answer names. */
export function routeOf(answer: Answer): string | undefined {
  return 'readBody' in answer ? undefined : answer.route
}
