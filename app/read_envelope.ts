import { METHODS, validateHeaderName, validateHeaderValue } from 'node:http'
import type { RequestEnvelope } from '../http/envelope.ts'
import { isAboutTheClient, isOfProxy } from '../http/forwarding_headers.ts'
import { HttpRequest } from '../http/message.ts'

/** By what a proxy says who its client is (`gateway/requests/client_address.ts`). */
const WHO = ['x-forwarded-for', 'forwarded']
/** About one connection, which ends at the gateway (RFC 9110 section 7.6.1). */
const HOP_BY_HOP = new Set(['connection', 'transfer-encoding'])
/** Not for an origin server to answer. */
const TUNNELS = new Set(['CONNECT', 'TRACE'])

/**
 * The request in an envelope, or null where it is none that HTTP can express.
 *
 * @param originOf the origin that a `Host` stands for
 */
export function unwrap(
  envelope: RequestEnvelope,
  originOf: (host: string | undefined) => string,
): HttpRequest | null {
  try {
    const { method, target, client, body, receivedAt, inVain } = envelope
    if (!METHODS.includes(method) || TUNNELS.has(method) || !target.startsWith('/')) return null
    const headers = new Map<string, string>()
    let viaProxy = false
    let saysWho = false
    for (const [given, value] of envelope.headers) {
      validateHeaderName(given)
      validateHeaderValue(given, value)
      const name = given.toLowerCase()
      // RFC 9112 section 3.2: such a request is refused.
      if (name === 'host' && headers.has(name)) return null
      if (isOfProxy(name)) viaProxy = true
      if (WHO.includes(name)) saysWho = true
      if (!isAboutTheClient(name) && !HOP_BY_HOP.has(name)) append(headers, name, value)
    }
    const { address, port, passesOn = false } = client
    if (typeof address !== 'string' || !Number.isInteger(port)) return null
    return new HttpRequest({
      method,
      url: new URL(originOf(headers.get('host')) + target),
      headers,
      body: body === 'unread' ? null : toBytes(body),
      peer: { address, port, viaProxy, mayBeProxy: passesOn || (viaProxy && !saysWho) },
      receivedAt,
      inVain,
    })
  } catch {
    return null
  }
}

/**
 * What surrounds a value is no part of it (RFC 9110 section 5.5), and a PDS drops it: an empty value behind
 * another would leave some here.
 */
function append(headers: Map<string, string>, name: string, value: string): void {
  const before = headers.get(name)
  const separator = name === 'cookie' ? '; ' : ', '
  const joined = before === undefined ? value : before + separator + value
  headers.set(name, joined.trim())
}

/** @throws {TypeError} when it is something else */
function toBytes(body: Uint8Array | null): Uint8Array | null {
  return body === null ? null : Buffer.from(body)
}
