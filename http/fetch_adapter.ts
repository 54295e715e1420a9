import { IncomingMessage, type RequestListener, ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import type { HttpHandler, HttpRequest, HttpResponse } from './message.ts'

/** Raised when a listener gives its response up instead of ending it. */
export class UnfinishedResponseError extends Error {
  constructor(cause?: unknown) {
    super('The response was given up', { cause })
    this.name = 'UnfinishedResponseError'
  }
}

/**
 * Runs a Node.js request listener as a function. It gets Node's own request and response, but there
 * is no socket behind them, and nothing is written as HTTP and read again.
 *
 * @throws {UnfinishedResponseError}
 */
export function fetchAdapter(listener: RequestListener): HttpHandler {
  return async (request) => {
    const incoming = toIncoming(request)
    const outgoing = new ServerResponse(incoming)
    const answered = collect(outgoing)
    listener(incoming, outgoing as never)
    const chunks = await answered
    return {
      status: outgoing.statusCode,
      headers: toPairs(outgoing.getHeaders()),
      body: hasBody(request, outgoing) ? Buffer.concat(chunks) : null,
    }
  }
}

function toIncoming({ method, url, headers, body, peer }: HttpRequest): IncomingMessage {
  const socket = { remoteAddress: peer.address, remotePort: peer.port, readable: false }
  const incoming = new IncomingMessage(socket as unknown as Socket)
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

/**
 * Has a response kept in memory instead of sent.
 *
 * @returns what is written as its body, once it is ended
 */
function collect(outgoing: ServerResponse): Promise<Uint8Array[]> {
  const chunks: Uint8Array[] = []
  const ended = Promise.withResolvers<Uint8Array[]>()
  const sendHead = () => {
    // What Node takes for sent headers.
    Object.assign(outgoing, { _header: ' ' })
  }
  /** As Node's: a chunk, the encoding of a string, a callback, each of them optional. */
  const take = (given: unknown[]) => {
    const [chunk, encoding] = given
    if (outgoing.writableEnded) return
    sendHead()
    if (typeof chunk === 'string') chunks.push(Buffer.from(chunk, encoding as BufferEncoding))
    else if (chunk instanceof Uint8Array) chunks.push(chunk)
    const done = given.find((each) => typeof each === 'function')
    if (done) process.nextTick(done as () => void)
  }
  // Its own properties: an Express application puts another prototype in place of the response's.
  Object.assign(outgoing, {
    /** As Node's, without lists of headers; the reason phrase goes nowhere. */
    writeHead(status: number, ...given: unknown[]) {
      outgoing.statusCode = status
      const headers = (given.at(-1) ?? {}) as Record<string, string | string[]>
      if (Array.isArray(headers)) throw new TypeError('Headers are given as an object')
      if (typeof headers === 'object') {
        for (const [name, value] of Object.entries(headers)) outgoing.setHeader(name, value)
      }
      sendHead()
      return outgoing
    },
    write(...given: unknown[]) {
      take(given)
      return true
    },
    end(...given: unknown[]) {
      if (outgoing.writableEnded) return outgoing
      take(given)
      outgoing.finished = true
      ended.resolve(chunks)
      outgoing.emit('finish')
      process.nextTick(() => outgoing.emit('close'))
      return outgoing
    },
    destroy(cause?: Error) {
      if (outgoing.writableEnded || outgoing.destroyed) return outgoing
      outgoing.destroyed = true
      ended.reject(new UnfinishedResponseError(cause))
      process.nextTick(() => outgoing.emit('close'))
      return outgoing
    },
  })
  return ended.promise
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
