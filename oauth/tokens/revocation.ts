import { InvalidClientError, OAuthError } from '@atproto/oauth-provider/errors'
import type { Client } from '@atproto/oauth-provider/hooks'
import type { OAuthProvider } from '@atproto/oauth-provider/provider'
import type { TokenInfo } from '@atproto/oauth-provider/store'
import { type HttpResponse, jsonResponse, withoutHeaders } from '../../http/message.ts'
import { judgeRevocation } from '../../sagas/sign_in/revocation.ts'
import { isOAuthRefusal } from '../../stores/oauth_errors.ts'
import { requestScope } from '../../stores/request_scope.ts'
import { ACCESS } from '../../tokens/access_tokens.ts'
import { type CarriedSecret, readCarriedJwt } from '../../tokens/carried_jwts.ts'
import type { RefreshTokens } from './refresh_tokens.ts'

type SignedJwt = Parameters<OAuthProvider['signer']['verifyAccessToken']>[0]

/**
 * The session of a refresh token or an access token; null where this server knows of none.
 *
 * @throws {OAuthError} 400 `unsupported_token_type`
 */
export async function findSession(
  { tokenManager, signer }: Pick<OAuthProvider, 'tokenManager' | 'signer'>,
  refreshTokens: RefreshTokens,
  carriedSecret: CarriedSecret,
  token: string,
): Promise<TokenInfo | null> {
  const secret = await refreshTokens.present(token)
  if (secret !== null) return tokenManager.findToken(secret)
  const verified = await signer
    .verifyAccessToken(token as SignedJwt, { clockTolerance: Number.POSITIVE_INFINITY })
    .catch(() => null)
  if (!verified) return findCarriedSession(tokenManager, carriedSecret, token)
  const { sub, sid } = verified.payload
  // From before an update: nothing tells whether its session has ended, so the answer cannot be 200.
  if (typeof sid !== 'string') {
    throw new OAuthError('unsupported_token_type', 'Revoke the refresh token instead', 400)
  }
  requestScope().isAbout(sub)
  return tokenManager.getTokenInfo(sid as TokenInfo['id'])
}

/** By an access token that a PDS gave before it was adopted: its id is that of the session. */
async function findCarriedSession(
  tokenManager: OAuthProvider['tokenManager'],
  carriedSecret: CarriedSecret,
  token: string,
): Promise<TokenInfo | null> {
  const read = await readCarriedJwt(carriedSecret, token)
  const { sub, jti } = read?.claims ?? {}
  if (read?.header.typ !== ACCESS || typeof sub !== 'string' || typeof jti !== 'string') return null
  requestScope().isAbout(sub)
  return tokenManager.getTokenInfo(jti as TokenInfo['id'])
}

/** @throws {OAuthError} 401 `invalid_client` */
export function mayRevoke({ id, isConfidential }: Client, session: TokenInfo): boolean {
  const judged = judgeRevocation({ clientId: id, isPublic: !isConfidential }, session.data.clientId)
  if (judged !== 'unauthenticated') return judged === 'ends'
  throw unauthenticated(new InvalidClientError('The token was issued to another client'))
}

/**
 * The answer to a client that is not authenticated, for any reason: 401 `invalid_client`
 * (RFC 7009 section 2.2.1, RFC 6749 section 5.2). A fault of this server stays what it is.
 */
export function unauthenticated(err: unknown): unknown {
  if (!isOAuthRefusal(err)) return err
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
