import type { HttpBindings } from '@hono/node-server'
import { Hono } from 'hono'
import type { RequestEnvelope } from '../actors/auth/envelope.ts'
import type { Log } from '../log.ts'
import packageJson from '../package.json' with { type: 'json' }
import { AssetCache } from './asset_cache.ts'
import { BodyTooLargeError, readBody } from './body.ts'
import { clientAddress, trustProxies } from './client_address.ts'
import { type AuthActor, forward, unavailable, withDeadline } from './forward.ts'

const HEALTH_DEADLINE = 2_000

/** The gateway: it forwards every request to the auth actor and decides nothing. */
export function createGateway(options: {
  auth: AuthActor
  trustedProxies: string[]
  log: Log
}): Hono<{ Bindings: HttpBindings }> {
  const { auth, log } = options
  const trusts = trustProxies(options.trustedProxies)
  const assets = new AssetCache()
  const app = new Hono<{ Bindings: HttpBindings }>()

  app.get('/_health', async (c) => {
    try {
      await withDeadline(auth.ready(), HEALTH_DEADLINE)
    } catch {
      return unavailable()
    }
    return c.json({ version: packageJson.version, status: 'ok' })
  })

  app.all('*', async (c) => {
    const request = c.req.raw
    const kept = assets.get(request)
    if (kept) return kept
    const socket = c.env?.incoming?.socket
    const envelope: RequestEnvelope = {
      method: request.method,
      target: targetOf(request.url),
      headers: pairs(c.env?.incoming?.rawHeaders) ?? [...request.headers],
      body: await readBody(request),
      client: {
        address: clientAddress(
          socket?.remoteAddress ?? '127.0.0.1',
          request.headers.get('x-forwarded-for'),
          trusts,
        ),
        port: socket?.remotePort ?? 0,
      },
    }
    const response = await forward(auth, envelope, log)
    assets.keep(request, response)
    return response
  })

  app.onError((err, c) => {
    if (err instanceof BodyTooLargeError) {
      return c.json({ error: 'PayloadTooLarge', message: 'request entity too large' }, 413, {
        connection: 'close',
      })
    }
    log.error({ err }, 'gateway failed')
    return unavailable()
  })

  return app
}

/** Path and query as they came, without the normalising that `URL` does. */
function targetOf(url: string): string {
  return url.slice(url.indexOf('/', url.indexOf('//') + 2))
}

function pairs(raw: string[] | undefined): [string, string][] | undefined {
  return (
    raw &&
    Array.from(
      { length: raw.length / 2 },
      (_, i) => [raw[2 * i], raw[2 * i + 1]] as [string, string],
    )
  )
}
