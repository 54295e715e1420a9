import { DpopNonce } from '@atproto/oauth-provider/verifier'

/**
 * Whether the provider gave a nonce lately. Nonces follow from secret and time, so these are the
 * provider's own.
 */
export function makeNonceCheck(dpopSecret: Uint8Array): (nonce: string) => boolean {
  const nonces = new DpopNonce(dpopSecret)
  return (nonce) => {
    // To ask for the next lets the oldest go.
    nonces.next()
    return nonces.check(nonce)
  }
}
