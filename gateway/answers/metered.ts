import type { ServerResponse } from 'node:http'
import type { MiddlewareHandler } from 'hono'
import { requestSeconds, requests, requestsInFlight } from '../../base/watching/metrics.ts'
import type { Answered } from '../../base/watching/tracer.ts'
import type { Answer } from '../../http/envelope.ts'

/** Of answers that name no route: the gateway's own. */
const OF_THE_GATEWAY = 'gateway'

export type Metered = { Variables: { route: string | undefined } }
type Bindings = { outgoing?: ServerResponse }

/** How a request was answered, once it was. @param c of Hono */
export function answered(c: {
  env: Bindings
  readonly res: Response
  get(key: 'route'): string | undefined
}): Answered {
  const { outgoing } = c.env ?? {}
  return {
    route: c.get('route') ?? OF_THE_GATEWAY,
    status: outgoing?.headersSent ? outgoing.statusCode : c.res.status,
  }
}

/**
 * Counts and times every request. The auth actor says which route was taken. The routes are a fixed
 * table, so a client cannot make new labels.
 */
export const metered: MiddlewareHandler<Metered & { Bindings: Bindings }> = async (c, next) => {
  const end = requestSeconds.startTimer()
  requestsInFlight.inc()
  try {
    await next()
  } finally {
    requestsInFlight.dec()
    const { route, status } = answered(c)
    end({ route })
    requests.inc({ route, status })
  }
}

/** The route that an answer names. */
export function routeOf(answer: Answer): string | undefined {
  return 'readBody' in answer ? undefined : answer.route
}
