import { IncomingMessage, ServerResponse } from 'node:http'
import type { Log } from '../../base/watching/log.ts'
import type { HttpHandler, HttpRequest, HttpResponse } from '../message.ts'
import { Exchange } from './exchange.ts'
import { ExchangeSocket } from './exchange_socket.ts'

/** As Node's `RequestListener`, which may also be asynchronous. */
export type Listener = (request: IncomingMessage, response: ServerResponse) => unknown

/**
 * Runs a Node.js request listener as a function. It gets Node's own request and response, but there
 * is no network behind their socket, and nothing is written as HTTP and read again.
 *
 * The function rejects with what the listener throws before it has ended the response. What it
 * throws later cannot change the answer any more and is logged.
 *
 * @throws {UnfinishedResponseError} where the listener destroys the exchange before its end
 */
export function fetchAdapter(listener: Listener, log: Pick<Log, 'error'>): HttpHandler {
  return async (request) => {
    const socket = new ExchangeSocket(request.peer)
    const incoming = toIncoming(request, socket)
    const outgoing = new ServerResponse(incoming)
    const exchange = new Exchange({ socket, incoming, outgoing, log })
    try {
      const returned = listener(incoming, outgoing)
      if (returned instanceof Promise) returned.catch(exchange.fail)
    } catch (err) {
      exchange.fail(err)
    }
    const chunks = await exchange.ended
    return {
      status: outgoing.statusCode,
      headers: toPairs(outgoing.getHeaders()),
      body: hasBody(request, outgoing) ? Buffer.concat(chunks) : null,
    }
  }
}

export type NodeMessages = { incoming: IncomingMessage; outgoing: ServerResponse }

/** A request as Node has it, and a response of which nothing is sent: for what reads the one and adds headers to the other. */
export function nodeMessages(request: HttpRequest): NodeMessages {
  const incoming = toIncoming(request, new ExchangeSocket(request.peer))
  return { incoming, outgoing: new ServerResponse(incoming) }
}

function toIncoming(
  { method, url, headers, body }: HttpRequest,
  socket: ExchangeSocket,
): IncomingMessage {
  const incoming = new IncomingMessage(socket)
  // HEAD is GET without the body (RFC 9110 section 9.3.2).
  incoming.method = method === 'HEAD' ? 'GET' : method
  incoming.url = url.pathname + url.search
  incoming.httpVersion = '1.1'
  incoming.httpVersionMajor = 1
  incoming.httpVersionMinor = 1
  incoming.headers = Object.fromEntries(headers)
  incoming.headers.host ??= url.host
  if (body) {
    incoming.headers['content-length'] ??= String(body.byteLength)
    incoming.push(body)
  }
  incoming.push(null)
  incoming.complete = true
  return incoming
}

function hasBody({ method }: HttpRequest, { statusCode }: ServerResponse): boolean {
  return method !== 'HEAD' && statusCode !== 204 && statusCode !== 205 && statusCode !== 304
}

function toPairs(headers: ReturnType<ServerResponse['getHeaders']>): HttpResponse['headers'] {
  const pairs: HttpResponse['headers'] = []
  for (const [name, value] of Object.entries(headers)) {
    if (value === undefined || HOP_BY_HOP.has(name)) continue
    for (const item of Array.isArray(value) ? value : [value]) pairs.push([name, String(item)])
  }
  return pairs
}

/** About the connection to the listener, which is not real (RFC 9110 section 7.6.1). */
const HOP_BY_HOP = new Set(['connection', 'keep-alive', 'transfer-encoding', 'date'])
