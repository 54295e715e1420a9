import type { RequestListener } from 'node:http'
import inject, { type DispatchFunc } from 'light-my-request'
import type { HttpHandler, HttpRequest, HttpResponse } from './message.ts'

/** Runs a Node.js request listener as a function; nothing of Node's HTTP leaves it. */
export function fetchAdapter(listener: RequestListener): HttpHandler {
  return async (request) => {
    const { method, url, peer, body } = request
    // HEAD is GET without the body (RFC 9110 section 9.3.2).
    const isHead = method === 'HEAD'
    const answer = await inject(withPeer(listener, request), {
      method: (isHead ? 'GET' : method) as 'GET',
      url: url.pathname + url.search,
      authority: url.host,
      headers: { host: url.host, ...Object.fromEntries(request.headers) },
      remoteAddress: peer.address,
      validate: false,
      ...(body ? { payload: body as Buffer } : {}),
    })
    return {
      status: answer.statusCode,
      headers: toPairs(answer.headers),
      body: isHead || isBodiless(answer.statusCode) ? null : answer.rawPayload,
    }
  }
}

/** Gives the listener what cannot be said to {@link inject}; an Express application needs none of it. */
function withPeer(listener: RequestListener, { peer, headers }: HttpRequest): DispatchFunc {
  if ('request' in listener) return listener as DispatchFunc
  return (req, res) => {
    Object.assign(req.socket, { remotePort: peer.port })
    if (!headers.has('user-agent')) delete req.headers['user-agent']
    listener(req as never, res as never)
  }
}

function isBodiless(status: number): boolean {
  return status === 204 || status === 205 || status === 304
}

function toPairs(
  raw: Record<string, number | string | string[] | undefined>,
): HttpResponse['headers'] {
  const pairs: HttpResponse['headers'] = []
  for (const [name, value] of Object.entries(raw)) {
    if (value === undefined || HOP_BY_HOP.has(name)) continue
    for (const item of Array.isArray(value) ? value : [value]) pairs.push([name, String(item)])
  }
  return pairs
}

/** About the connection to the listener, which is not real (RFC 9110 section 7.6.1). */
const HOP_BY_HOP = new Set(['connection', 'keep-alive', 'transfer-encoding', 'date'])
