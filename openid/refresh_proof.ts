import { decodeJwt } from 'jose'
import Provider from 'oidc-provider'
import type { RefreshProof } from '../actors/account/openid_tokens.ts'
import { thumbprintOf } from '../oauth/proof_key.ts'
import { openidScope } from './scope.ts'

/**
 * How the client that asks with a refresh token proves who it is, and when it made that proof. The provider has verified
 * both by the time that it looks for the token: a DPoP proof (RFC 9449), or the assertion of a client (RFC 7523).
 *
 * @returns null where nothing tells when the request was made
 */
export async function readRefreshProof(): Promise<RefreshProof | null> {
  const ctx = Provider.ctx
  const dpop = ctx?.get('DPoP')
  const provenAt = dpop ? decodeJwt(dpop).iat : openidScope().assertedAt
  if (typeof provenAt !== 'number') return null
  if (ctx?.oidc.client?.clientAuthMethod !== 'none') return { provenAt, jkt: null }
  return dpop ? { provenAt, jkt: await thumbprintOf(dpop) } : null
}
