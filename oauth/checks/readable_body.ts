import { refuse } from '../../http/refuse.ts'
import { type Check, FORM, isEncoded, JSON_TYPE, mediaType } from './check.ts'

/**
 * Is the body one that these checks and the provider read alike? The specifications know forms
 * (RFC 6749 section 3.2, RFC 9126 section 2.1); clients of the reference send JSON as well. Without
 * this a compressed body would pass by the checks after it.
 *
 * RFC 9110 section 15.5.16: 415 when "the content is in a format not supported by this method"; it
 * "might be due to the request's indicated Content-Type or Content-Encoding".
 */
export const readableBody: Check = ({ request }) => {
  if (request.method !== 'POST') return undefined
  const type = mediaType(request.headers.get('content-type'))
  if (!isEncoded(request) && [FORM, JSON_TYPE].includes(type)) return undefined
  return refuse(415, 'invalid_request', `Send ${FORM}, without a content encoding`)
}
