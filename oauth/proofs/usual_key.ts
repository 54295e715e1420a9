import { InvalidDpopProofError } from '@atproto/oauth-provider/errors'
import { decodeProtectedHeader } from 'jose'
import { isOfUsualSize, LARGEST_KEY } from '../../base/secrets/key_sizes.ts'

/**
 * Before a signature is verified. Anybody may send a proof, with a key of their own.
 *
 * @throws {InvalidDpopProofError}
 */
export function assertUsualProofKey(proof: string): void {
  if (isOfUsualSize(jwkOf(proof))) return
  throw new InvalidDpopProofError(`DPoP "jwk" is too large: ${LARGEST_KEY}`)
}

/** Undefined where it is no JWT, which the provider says. */
function jwkOf(jwt: string): unknown {
  try {
    return decodeProtectedHeader(jwt).jwk
  } catch {
    return undefined
  }
}
