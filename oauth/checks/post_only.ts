import { refuse } from '../../http/refuse.ts'
import type { Check } from './check.ts'

/**
 * Is it a POST (or the preflight of one)?
 *
 * RFC 6749 section 3.2: "The client MUST use the HTTP "POST" method when making access token
 * requests." RFC 9126 section 2.3: "If the request did not use the POST method, the authorization
 * server responds with an HTTP 405". RFC 9110 section 15.5.6: the answer says what is allowed.
 */
export const postOnly: Check = ({ request: { method } }) =>
  method === 'POST' || method === 'OPTIONS'
    ? undefined
    : refuse(405, 'invalid_request', 'This endpoint takes POST only', { allow: 'POST, OPTIONS' })
