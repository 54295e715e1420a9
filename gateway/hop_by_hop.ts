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
 * The headers that are meant for the other end.
 *
 * @param connection the `Connection` header of the message, which may name more that are not
 */
export function endToEnd(
  headers: [string, string][],
  connection: string | undefined,
): [string, string][] {
  const named = new Set(connection?.split(',').map((name) => name.trim().toLowerCase()))
  return headers.filter(([name]) => {
    const lower = name.toLowerCase()
    return !HOP_BY_HOP.has(lower) && !named.has(lower)
  })
}
