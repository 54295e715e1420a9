import { once } from 'node:events'
import { request as httpRequest, type IncomingMessage, type RequestOptions } from 'node:http'
import { createLog, type Log } from '../../base/watching/log.ts'
import { CAPACITY, type Capacity } from '../../gateway/capacity.ts'
import { startGateway } from '../../gateway/server.ts'
import { TIMEOUTS, type Timeouts } from '../../gateway/timeouts.ts'
import type { AuthActor } from '../../http/envelope.ts'
import { withoutSessions } from '../../lab/world/app/without_sessions.ts'
import { freePort, type Peer } from '../../lab/world/loopback.ts'

const silent = createLog('silent')

/** An auth actor that sends every request to `pdsUrl`. */
export function passingTo(pdsUrl: string): AuthActor {
  return {
    answer: async ({ target, headers, client }) => ({
      passTo: {
        url: pdsUrl + target,
        headers: [...headers, ['x-forwarded-for', client.address]],
        session: null,
      },
    }),
    ready: async () => true,
    ...withoutSessions,
  }
}

type TestGatewayOptions = { capacity: Partial<Capacity>; trustedProxies: string[]; log: Log }

/** Starts a gateway on a free port, in this process. */
export async function startTestGateway(
  auth: Pick<AuthActor, 'answer' | 'ready'> & Partial<AuthActor>,
  timeouts: Partial<Timeouts> = {},
  { capacity = {}, trustedProxies = [], log = silent }: Partial<TestGatewayOptions> = {},
): Promise<Peer> {
  const port = await freePort()
  const url = `http://127.0.0.1:${port}`
  const settings = { host: '127.0.0.1', port, trustedProxies, publicUrl: url, name: 'here' }
  const gateway = await startGateway(settings, { ...withoutSessions, ...auth }, log, {
    timeouts: { ...TIMEOUTS, ...timeouts },
    capacity: { ...CAPACITY, ...capacity },
  })
  return { url, close: () => gateway.stop() }
}

/** Sends a request as it is, without `fetch`'s headers, decompression and redirects. */
export async function send(
  url: string,
  options: RequestOptions & { body?: string | Uint8Array } = {},
): Promise<IncomingMessage & { text: string }> {
  const request = httpRequest(url, options)
  request.end(options.body)
  const [response] = (await once(request, 'response')) as [IncomingMessage]
  const chunks = await response.toArray()
  return Object.assign(response, { text: Buffer.concat(chunks).toString('latin1') })
}
