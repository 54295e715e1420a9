import type { HttpRequest } from '../../http/message.ts'

/**
 * Characters of a `User-Agent` that are kept of a browser. The pages read its name and system in them,
 * by a library that looks at 500.
 */
export const MAX_DEVICE_USER_AGENT = 500

/** The request with what the provider keeps of its headers cut: clients write what they like. */
export function withShortHeaders(request: HttpRequest): HttpRequest {
  const userAgent = request.headers.get('user-agent')
  if (userAgent === undefined || userAgent.length <= MAX_DEVICE_USER_AGENT) return request
  return request.withHeader('user-agent', userAgent.slice(0, MAX_DEVICE_USER_AGENT))
}
