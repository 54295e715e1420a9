import { AuthRequiredError } from '@atproto/xrpc-server'
import { badScope, LegacyScope } from '../../tokens/legacy_tokens.ts'
import type { Verifier } from '../method.ts'
import { readOnlyBearer } from './header.ts'

export type RefreshCredentials = {
  did: string
  jti: string
  /** The legacy session; null in a JWT that is older than these ids. */
  sessionId: string | null
}

/** A refresh JWT of this entryway; whether its session still exists is not checked here. */
export function refresh({ allowExpired = false } = {}): Verifier<RefreshCredentials> {
  return async (call, { tokens }) => {
    const claims = await tokens.verifyRefresh(readOnlyBearer(call), { allowExpired })
    if (claims.scope !== LegacyScope.Refresh) throw badScope()
    if (!claims.jti) {
      throw new AuthRequiredError('Unexpected missing refresh token id', 'MissingTokenId')
    }
    return { did: claims.did, jti: claims.jti, sessionId: claims.sessionId }
  }
}
