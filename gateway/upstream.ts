import http, { type ClientRequest, type IncomingMessage } from 'node:http'
import https from 'node:https'
import type { Socket } from 'node:net'
import type { Duplex, Readable } from 'node:stream'
import { UPSTREAM_POOL } from '../base/lifetimes.ts'
import type { Timeouts } from './timeouts.ts'

/** Raised when the other side accepted the connection, or not even that, and then said nothing. */
export class UpstreamTimeoutError extends Error {}

/** What the other side answers: a response, or an open socket after `101 Switching Protocols`. */
export type UpstreamAnswer = {
  response: IncomingMessage
  upgraded: { socket: Duplex; head: Buffer } | null
}

const agents = {
  'http:': pooled(new http.Agent({ keepAlive: true })),
  'https:': pooled(new https.Agent({ keepAlive: true })),
}

/** Node's own agent uses an idle connection for as long as the other side leaves it open. */
function pooled<A extends http.Agent>(agent: A): A {
  const keep = agent.keepSocketAlive.bind(agent) as (socket: Duplex) => unknown
  agent.keepSocketAlive = (socket) => {
    const isKept = keep(socket)
    ;(socket as Socket).setTimeout(UPSTREAM_POOL)
    return isKept as never
  }
  return agent
}

/** Opens a request; nothing is followed or decompressed. */
export function openRequest(
  url: URL,
  method: string,
  headers: [string, string][],
  isUpgrade: boolean,
): ClientRequest {
  const { protocol } = url as { protocol: keyof typeof agents }
  const { request } = protocol === 'https:' ? https : http
  // Grouped without a prototype: a header may be called `constructor`.
  const byName = Object.groupBy(headers, ([name]) => name.toLowerCase())
  const named = Object.fromEntries(
    Object.entries(byName).map(([name, pairs = []]) => [name, pairs.map(([, value]) => value)]),
  )
  return request(url, { method, headers: named, agent: isUpgrade ? false : agents[protocol] })
}

/**
 * Sends `body` and waits for the answer.
 *
 * @throws {UpstreamTimeoutError}
 * @throws {Error} of Node's, when the connection fails
 */
export function send(
  request: ClientRequest,
  body: Readable | Uint8Array | null,
  timeouts: Timeouts,
): Promise<UpstreamAnswer> {
  return new Promise((resolve, reject) => {
    const expire = () => request.destroy(new UpstreamTimeoutError('No answer'))
    request.on('error', reject)
    request.once('response', (response) => resolve({ response, upgraded: null }))
    request.once('upgrade', (response, socket, head) => {
      // Node has taken its own listener away, and without one an error ends the program.
      socket.on('error', () => socket.destroy())
      if (!request.hasHeader('upgrade')) {
        socket.destroy()
        reject(new Error('The connection was upgraded though that was not asked for'))
        return
      }
      // A WebSocket may be silent for long: no idle timeout.
      ;(socket as Socket).setTimeout(0)
      resolve({ response, upgraded: { socket, head } })
    })
    request.once('socket', (socket) => {
      if (!socket.connecting) return
      const timer = setTimeout(expire, timeouts.connect)
      socket.once('connect', () => clearTimeout(timer))
      socket.once('close', () => clearTimeout(timer))
    })
    request.setTimeout(timeouts.idle, expire)
    if (body === null || body instanceof Uint8Array) request.end(body ?? undefined)
    else body.pipe(request)
  })
}

/**
 * Whether a request met a connection that the other side was closing for having been idle: it
 * was not looked at then, so a safe one may be sent again (RFC 9110 section 9.2.2).
 */
export function metClosingConnection(request: ClientRequest, err: unknown): boolean {
  const { code } = err as { code?: unknown }
  return request.reusedSocket && code === 'ECONNRESET' && /^(GET|HEAD)$/.test(request.method)
}
