import type { OAuthProvider } from '@atproto/oauth-provider/provider'
import { requestScope } from '../../stores/request_scope.ts'

/**
 * Makes the token of a sign-in that is not remembered name the generation of the account
 * (`actors/account/basis.ts`), so that it ends when the account's sign-ins do: that of the sign-in which the
 * request has proven, unless it is given.
 */
export function nameGeneration(signer: OAuthProvider['signer']): void {
  const createEphemeralToken = signer.createEphemeralToken.bind(signer)
  signer.createEphemeralToken = (payload) => {
    const generation = payload.generation ?? requestScope().signInOf(payload.sub).generation
    return createEphemeralToken({ ...payload, generation } as typeof payload)
  }
}
