import type { IncomingMessage, ServerResponse } from 'node:http'
import { RESPONSE_ALREADY_SENT } from '@hono/node-server/utils/response'
import { type Context, Hono } from 'hono'
import type { AuthActor, ResponseEnvelope } from '../actors/auth/envelope.ts'
import { fault, unavailable } from '../actors/auth/fault.ts'
import { withDeadline } from '../deadline.ts'
import type { Log } from '../log.ts'
import packageJson from '../package.json' with { type: 'json' }
import { AssetCache } from './asset_cache.ts'
import { BodyTooLargeError, readBody, readShortBody } from './body.ts'
import type { Trust } from './client_address.ts'
import { forward } from './forward.ts'
import type { Limits } from './limits.ts'
import { metered } from './metered.ts'
import { passThrough } from './pass_through.ts'
import { headOf, type RequestHead, targetOf } from './request.ts'
import { writeResponse } from './write_response.ts'

const HEALTH_DEADLINE = 2_000

/** Node's own request and response; absent where the app is called without a socket. */
type Env = { Bindings: { incoming?: IncomingMessage; outgoing?: ServerResponse } }

export type GatewayOptions = { auth: AuthActor; trusts: Trust; log: Log; limits: Limits }

/** The gateway: it forwards every request to the auth actor and decides nothing. */
export function createGateway(options: GatewayOptions): Hono<Env> {
  const { auth, trusts, log } = options
  const assets = new AssetCache()
  const app = new Hono<Env>()

  app.use(metered)

  app.on('GET', ['/_health', '/xrpc/_health'], async (c) => {
    try {
      await withDeadline(auth.ready(), HEALTH_DEADLINE)
    } catch {
      return respond(c, unavailable())
    }
    return c.json({ version: packageJson.version, status: 'ok' })
  })

  app.all('*', async (c) => {
    const request = c.req.raw
    const head = describe(c, trusts)
    const kept = assets.get(head)
    if (kept) return respond(c, kept)
    let body = await readShortBody(request)
    let answer = await forward(options, { ...head, body })
    if ('readBody' in answer) {
      body = await readBody(request)
      answer = await forward(options, { ...head, body })
    }
    if ('passTo' in answer) {
      const { incoming, outgoing } = c.env
      if (!incoming || !outgoing) throw new Error('Only a request over a socket can be passed on')
      await passThrough({ ...answer, body, incoming, outgoing }, options)
      return RESPONSE_ALREADY_SENT
    }
    if ('readBody' in answer) throw new Error('The auth actor was given the body')
    assets.keep(head, answer)
    return respond(c, answer)
  })

  app.onError((err, c) => {
    // The client went away, or was too slow.
    if (c.env?.outgoing?.destroyed) return RESPONSE_ALREADY_SENT
    if (err instanceof BodyTooLargeError) {
      const tooLarge = { error: 'PayloadTooLarge', message: 'request entity too large' }
      return respond(c, fault(413, tooLarge, { connection: 'close' }))
    }
    log.error({ err }, 'gateway failed')
    return respond(c, unavailable())
  })

  return app
}

function describe(c: Context<Env>, trusts: Trust): RequestHead {
  if (c.env?.incoming) return headOf(c.env.incoming, trusts)
  const { method, url, headers } = c.req.raw
  const target = targetOf(url)
  return { method, target, headers: [...headers], client: { address: '127.0.0.1', port: 0 } }
}

/** Writes an answer as it is; Hono would add to it. */
function respond(c: Context<Env>, answer: ResponseEnvelope): Response {
  if (!c.env?.outgoing) {
    const { status, headers, body } = answer
    return new Response(body as BodyInit | null, { status, headers })
  }
  writeResponse(c.env.outgoing, answer)
  return RESPONSE_ALREADY_SENT
}
