import { InvalidClientError, OAuthError } from '@atproto/oauth-provider/errors'
import type { Client } from '@atproto/oauth-provider/hooks'
import type { TokenInfo } from '@atproto/oauth-provider/store'
import { type HttpResponse, jsonResponse, withoutHeaders } from '../http/message.ts'

/**
 * Decides whether a client may end a session. A public client proves who it is by the token alone,
 * so a token of another client's says that it is not the one it names. A confidential client that
 * is authenticated has shown a token that is invalid for it (RFC 7009 section 2.2).
 *
 * @throws {OAuthError} 401 `invalid_client`
 */
export function mayRevoke(client: Client, session: TokenInfo): boolean {
  if (session.data.clientId === client.id) return true
  if (client.isConfidential) return false
  throw unauthenticated(new InvalidClientError('The token was issued to another client'))
}

/**
 * The answer to a client that is not authenticated, for any reason: 401 `invalid_client`
 * (RFC 7009 section 2.2.1, RFC 6749 section 5.2).
 */
export function unauthenticated(err: OAuthError): OAuthError {
  return new OAuthError('invalid_client', err.error_description, 401, err)
}

/**
 * The answer to a revocation that was refused. The provider answers 200 to all that goes wrong in
 * one; but 200 means that the token is not good any more (RFC 7009 section 2.2).
 */
export function refused(response: HttpResponse, refusal: OAuthError): HttpResponse {
  const { body } = jsonResponse(refusal)
  const rest = withoutHeaders(response, ['content-length', 'etag'])
  return { ...rest, status: refusal.statusCode, body }
}
