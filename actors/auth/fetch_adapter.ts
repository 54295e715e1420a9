import type { RequestListener } from 'node:http'
import inject from 'light-my-request'

/** An HTTP application as the web platform has it. */
export type FetchHandler = (request: Request) => Promise<Response>

/** Name of the header that carries the client's address into a {@link FetchHandler} (RFC 7239). */
export const FORWARDED = 'forwarded'

/**
 * Runs a Node.js request listener as a {@link FetchHandler}; nothing of Node's HTTP leaves it.
 *
 * The client's address is taken from the `Forwarded` header, which the caller must have written
 * itself, and is what the listener sees as the peer of its socket.
 */
export function fetchAdapter(listener: RequestListener): FetchHandler {
  return async (request) => {
    const url = new URL(request.url)
    const peer = readForwarded(request.headers.get(FORWARDED))
    const headers = Object.fromEntries(request.headers)
    delete headers[FORWARDED]
    // HEAD is GET without the body (RFC 9110 section 9.3.2).
    const isHead = request.method === 'HEAD'
    const answer = await inject(
      (req, res) => {
        Object.assign(req.socket, { remotePort: peer.port })
        if (!request.headers.has('user-agent')) delete req.headers['user-agent']
        pinMethods(req)
        pinMethods(res)
        listener(req, res)
      },
      {
        method: isHead ? 'GET' : request.method,
        url: url.pathname + url.search,
        authority: url.host,
        headers: { host: url.host, ...headers },
        remoteAddress: peer.address,
        ...(request.body ? { payload: Buffer.from(await request.arrayBuffer()) } : {}),
      },
    )
    return new Response(
      isHead || isBodiless(answer.statusCode) ? null : new Uint8Array(answer.rawPayload),
      {
        status: answer.statusCode,
        headers: toHeaders(answer.headers),
      },
    )
  }
}

/**
 * `for="192.0.2.1:4711"` or `for="[2001:db8::1]:4711"`, with `;by=_proxy` where the request came
 * through a proxy in front of the gateway.
 */
export function writeForwarded(peer: { address: string; port: number }, viaProxy = false): string {
  const host = peer.address.includes(':') ? `[${peer.address}]` : peer.address
  return `for="${host}:${peer.port}"${viaProxy ? ';by=_proxy' : ''}`
}

/** Where a request comes from, by its `Forwarded` header. */
export function readForwarded(header: string | null): {
  address: string
  port: number
  viaProxy: boolean
} {
  const match = header?.match(/^for="\[?([^\]"]+?)\]?:(\d+)"(;by=_proxy)?$/)
  if (!match) throw new Error('The request does not say where it comes from')
  return {
    address: match[1] as string,
    port: Number(match[2]),
    viaProxy: match[3] !== undefined,
  }
}

/**
 * Express gives every request and response its own prototype, which would take the injected ones'
 * methods away; as properties of their own they stay.
 */
function pinMethods(message: object): void {
  const { constructor: _, ...methods } = Object.getOwnPropertyDescriptors(
    Object.getPrototypeOf(message),
  )
  Object.defineProperties(message, methods)
}

function isBodiless(status: number): boolean {
  return status === 204 || status === 205 || status === 304
}

function toHeaders(raw: Record<string, number | string | string[] | undefined>): Headers {
  const headers = new Headers()
  for (const [name, value] of Object.entries(raw)) {
    if (value === undefined || HOP_BY_HOP.has(name)) continue
    for (const item of Array.isArray(value) ? value : [value]) headers.append(name, String(item))
  }
  return headers
}

/** About the connection to the listener, which is not real (RFC 9110 section 7.6.1). */
const HOP_BY_HOP = new Set(['connection', 'keep-alive', 'transfer-encoding', 'date'])
