import http, { type ClientRequest, type IncomingMessage } from 'node:http'
import https from 'node:https'
import type { Duplex, Readable } from 'node:stream'
import { UPSTREAM_CONNECT, UPSTREAM_IDLE } from '../lifetimes.ts'

/** Milliseconds to connect, and that may pass without a byte in either direction. */
export type UpstreamTimeouts = { connect: number; idle: number }

export const UPSTREAM_TIMEOUTS: UpstreamTimeouts = {
  connect: UPSTREAM_CONNECT,
  idle: UPSTREAM_IDLE,
}

/** Raised when the other side accepted the connection, or not even that, and then said nothing. */
export class UpstreamTimeoutError extends Error {}

/** What the other side answers: a response, or an open socket after `101 Switching Protocols`. */
export type UpstreamAnswer = {
  response: IncomingMessage
  upgraded: { socket: Duplex; head: Buffer } | null
}

const agents = {
  'http:': new http.Agent({ keepAlive: true }),
  'https:': new https.Agent({ keepAlive: true }),
}

/** Opens a request; nothing is followed, decompressed or retried. */
export function openRequest(
  url: URL,
  method: string,
  headers: [string, string][],
  isUpgrade: boolean,
): ClientRequest {
  const { protocol } = url as { protocol: keyof typeof agents }
  const { request } = protocol === 'https:' ? https : http
  const named: Record<string, string[]> = {}
  for (const [name, value] of headers) {
    const lower = name.toLowerCase()
    named[lower] = [...(named[lower] ?? []), value]
  }
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
  timeouts: UpstreamTimeouts,
): Promise<UpstreamAnswer> {
  return new Promise((resolve, reject) => {
    const expire = () => request.destroy(new UpstreamTimeoutError('No answer'))
    request.on('error', reject)
    request.once('response', (response) => resolve({ response, upgraded: null }))
    request.once('upgrade', (response, socket, head) => {
      socket.removeAllListeners('timeout')
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
