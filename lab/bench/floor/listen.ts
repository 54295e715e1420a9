import type { IncomingMessage, ServerResponse } from 'node:http'
import { TIMEOUTS } from '../../../gateway/timeouts.ts'
import { listenOnLoopback } from '../../world/loopback.ts'
import { json, Refused, type Reply, type Routes } from './reply.ts'

/**
 * A bare HTTP server that keeps connections for as long as the gateway does.
 *
 * @param make makes the routes of its origin
 * @returns the origin
 */
export async function listen(make: (origin: string) => Promise<Routes>): Promise<string> {
  const { url: origin, server } = await listenOnLoopback()
  server.keepAliveTimeout = TIMEOUTS.keepAlive
  const routes = new Map(
    Object.entries(await make(origin)).map(([name, answer]) => {
      const url = new URL(name.slice(name.indexOf(' ') + 1), origin)
      return [name, (incoming: IncomingMessage, body: string) => answer({ incoming, url, body })]
    }),
  )
  server.on('request', (incoming: IncomingMessage, outgoing: ServerResponse) => {
    const { method, url = '' } = incoming
    const answer = routes.get(`${method} ${url.split('?', 1)[0]}`) ?? nowhere
    const chunks: Buffer[] = []
    incoming.on('data', (chunk: Buffer) => chunks.push(chunk))
    incoming.on('end', () => {
      const body = chunks.length === 0 ? '' : Buffer.concat(chunks).toString()
      answer(incoming, body)
        .catch(refusal)
        .then((reply) => write(outgoing, reply))
    })
  })
  return origin
}

const nowhere = async (): Promise<Reply> => json(404, [], { error: 'not_found' })

function refusal(err: unknown): Reply {
  if (!(err instanceof Refused)) return json(503, [], { error: 'server_error' })
  return json(err.status, err.headers, { error: err.message })
}

function write(outgoing: ServerResponse, { status, headers, body }: Reply): void {
  const length = String(Buffer.byteLength(body))
  const own = ['x-content-type-options', 'nosniff', 'content-length', length]
  outgoing.writeHead(status, [...headers, ...own]).end(body)
}
