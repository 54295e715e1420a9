import { isOfProxy } from '../../http/forwarding_headers.ts'

/** Headers about one connection, which are not handed on (RFC 9110 section 7.6.1). */
const HOP_BY_HOP = new Set([
  'connection',
  'keep-alive',
  'proxy-authenticate',
  'proxy-authorization',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
])

/**
 * The headers of a message without those that its `Connection` header names. What proxies say about
 * the client and themselves stays: a client that names it would take its address away, and with it the limits, or
 * seem to come through none.
 *
 * @param connection the `Connection` header of the message
 */
export function withoutNamed(
  headers: [string, string][],
  connection: string | undefined,
): [string, string][] {
  if (connection === undefined) return headers
  const named = new Set(connection.split(',').map((name) => name.trim().toLowerCase()))
  return headers.filter(([name]) => {
    const lower = name.toLowerCase()
    return !named.has(lower) || isOfProxy(lower)
  })
}

/** The headers that are meant for the other end. */
export function endToEnd(headers: [string, string][]): [string, string][] {
  return headers.filter(([name]) => !HOP_BY_HOP.has(name.toLowerCase()))
}
