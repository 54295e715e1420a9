import { decodeJwt } from 'jose'
import Provider from 'oidc-provider'
import type { RefreshProof } from '../../actors/account/openid_tokens.ts'
import { askedInVainSince, receivedAt } from '../../http/requester.ts'
import { thumbprintOf } from '../../oauth/proofs/thumbprint.ts'
import { openidScope } from './scope.ts'

/**
 * How the client that asks with a refresh token proves who it is, and when it did. The provider has verified both by the
 * time that it looks for the token: a DPoP proof (RFC 9449), or the assertion of a client (RFC 7523).
 */
export async function readRefreshProof(refreshToken: string | null): Promise<RefreshProof> {
  const ctx = Provider.ctx
  const dpop = ctx?.get('DPoP')
  const provenAt = dpop ? decodeJwt(dpop).iat : openidScope().assertedAt
  return {
    provenAt: provenAt ?? null,
    receivedAt: receivedAt(),
    inVainSince: refreshToken === null ? null : askedInVainSince(refreshToken),
    isAuthenticated: ctx?.oidc.client?.clientAuthMethod !== 'none',
    jkt: dpop ? await thumbprintOf(dpop) : null,
  }
}
