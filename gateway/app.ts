import type { IncomingMessage, ServerResponse } from 'node:http'
import { RESPONSE_ALREADY_SENT } from '@hono/node-server/utils/response'
import { Hono } from 'hono'
import type { Agent } from 'undici'
import { withDeadline } from '../base/time/deadline.ts'
import type { Log } from '../base/watching/log.ts'
import { isTracing, traceRequest } from '../base/watching/tracing.ts'
import { readableElsewhere } from '../http/answers/cors.ts'
import { type Fault, fault, tooLarge, unanswered, unavailable } from '../http/answers/fault.ts'
import { BodyTooLargeError } from '../http/body/read_body.ts'
import type { AuthActor } from '../http/envelope.ts'
import { jsonResponse } from '../http/message.ts'
import packageJson from '../package.json' with { type: 'json' }
import { faultAnswer } from './answers/fault_answer.ts'
import { KeptAnswers } from './answers/kept_answers.ts'
import { answered, type Metered, metered, routeOf } from './answers/metered.ts'
import { writeResponse } from './answers/write_response.ts'
import type { Capacity } from './capacity.ts'
import type { PipelinedRequests } from './connections/pipelined_requests.ts'
import { RequestsOfOne } from './connections/requests_of_one.ts'
import { forward } from './forward.ts'
import type { OpenExchanges } from './pass_through/open_exchanges.ts'
import { passThrough } from './pass_through/pass_through.ts'
import type { RefreshTokensInVain } from './requests/asked_in_vain.ts'
import { BodyTooSlowError, readBody, readShortBody } from './requests/body.ts'
import type { Trust } from './requests/client_address.ts'
import { headOf } from './requests/head.ts'
import type { Timeouts } from './timeouts.ts'

/** Where it is asked whether all is well, also under the name of a PDS. */
const HEALTH = ['/_health', '/_health/']

const NOT_WELL = 'The PDS does not answer, or the disk takes no writes'

/** Node's own request and response: Hono's would add to them. */
type Env = Metered & { Bindings: { incoming: IncomingMessage; outgoing: ServerResponse } }

export type GatewayOptions = {
  auth: AuthActor
  trusts: Trust
  log: Log
  timeouts: Timeouts
  capacity: Capacity
  exchanges: OpenExchanges
  pipelined: PipelinedRequests
  inVain: RefreshTokensInVain
  /** Connections to PDSes. */
  upstreams: Agent
  /** The entryway's public host, to which kept answers belong. */
  publicHost: string
  /** What pages call this service. */
  service: string
}

/** The gateway: it forwards every request to the auth actor and decides nothing. */
export function createGateway(options: GatewayOptions): Hono<Env> {
  const { auth, trusts, log, timeouts, exchanges, pipelined, service } = options
  const kept = new KeptAnswers(options.publicHost)
  const requestsOfOne = new RequestsOfOne(options)
  const app = new Hono<Env>()

  app.use(async ({ env: { incoming, outgoing } }, next) => {
    if (!(await pipelined.waitForTurn(incoming.socket, outgoing))) return RESPONSE_ALREADY_SENT
    return next()
  })

  app.use(metered)

  app.on('GET', HEALTH, async (c) => {
    c.set('route', 'health')
    try {
      if (!(await withDeadline(auth.ready(), timeouts.health))) {
        writeResponse(c.env.outgoing, unavailable(NOT_WELL))
        return RESPONSE_ALREADY_SENT
      }
    } catch (err) {
      writeResponse(c.env.outgoing, unanswered(err))
      return RESPONSE_ALREADY_SENT
    }
    const well = { version: packageJson.version, status: 'ok' }
    writeResponse(c.env.outgoing, readableElsewhere(jsonResponse(well)))
    return RESPONSE_ALREADY_SENT
  })

  // What comes before is asked every few seconds by programs that watch this one.
  app.use(async (c, next) => {
    if (!isTracing()) return next()
    const { method = '', headers } = c.env.incoming
    return traceRequest(method, headers.traceparent, async () => {
      await next()
      return answered(c)
    })
  })

  app.all('*', async (c) => {
    const { incoming, outgoing } = c.env
    const before = kept.get(incoming)
    if (before) {
      c.set('route', before.route)
      writeResponse(outgoing, before)
      return RESPONSE_ALREADY_SENT
    }
    const head = headOf(incoming, trusts)
    const refused = requestsOfOne.begin(head.client.address, outgoing)
    if (refused) {
      writeResponse(outgoing, faultAnswer(refused, incoming, service))
      return RESPONSE_ALREADY_SENT
    }
    let body = await readShortBody(incoming, timeouts.body)
    let since = exchanges.now
    let answer = await forward(options, { ...head, body }, outgoing)
    if ('readBody' in answer) {
      body = await readBody(incoming, timeouts.body)
      since = exchanges.now
      answer = await forward(options, { ...head, body }, outgoing)
    }
    if ('readBody' in answer) throw new Error('The auth actor was given the body')
    c.set('route', routeOf(answer))
    if ('passTo' in answer) {
      const sent = answer.passTo.body ?? body
      await passThrough({ ...answer, since, body: sent, incoming, outgoing }, options)
    } else {
      kept.keep(incoming, answer)
      writeResponse(
        outgoing,
        'obstacle' in answer ? faultAnswer(answer, incoming, service) : answer,
      )
    }
    return RESPONSE_ALREADY_SENT
  })

  app.onError((err, { env: { incoming, outgoing } }) => {
    // The client went away.
    if (outgoing.destroyed) return RESPONSE_ALREADY_SENT
    writeResponse(outgoing, faultAnswer(faultFor(err, log), incoming, service))
    return RESPONSE_ALREADY_SENT
  })

  return app
}

function faultFor(err: Error, log: Log): Fault {
  if (err instanceof BodyTooLargeError) return tooLarge({ connection: 'close' })
  if (err instanceof BodyTooSlowError) {
    const tooSlow = { error: 'RequestTimeout', message: 'The body did not come in time' }
    return fault(408, 'not whole', tooSlow, { connection: 'close' })
  }
  log.error({ err }, 'gateway failed')
  return unavailable()
}
