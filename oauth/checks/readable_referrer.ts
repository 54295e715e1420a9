import type { HttpRequest } from '../../http/message.ts'
import { isDecodable } from './malformed_escape.ts'

/**
 * Leaves a `Referer` out that the provider could not decode: it looks for the `request_uri` of the
 * page that calls it there, and would refuse the request.
 *
 * RFC 9110 section 10.1.3: the field is information about where the target URI was found. What a
 * foreign page has in its address is no mistake of the request.
 */
export function readableReferrer(request: HttpRequest): HttpRequest {
  const referrer = request.headers.get('referer')
  if (referrer === undefined) return request
  if (URL.canParse(referrer) && isDecodable(new URL(referrer))) return request
  return request.withoutHeader('referer')
}
