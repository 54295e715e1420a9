import { errors } from 'oidc-provider'
import { OPENID_ASSERTION, OPENID_ASSERTION_EARLY } from '../../base/lifetimes.ts'
import { openidScope } from '../storage/scope.ts'

/**
 * What a client says of itself by a JWT (RFC 7523), once the provider has found it good. With several audiences any of
 * them could show it to the others. What is shown once is remembered until it expires. By when it was made, a refresh is
 * known that a network has held (`openid/storage/refresh_proof.ts`), so that cannot be any time.
 *
 * @throws {errors.InvalidClientAuth}
 */
export function takeAssertion({ aud, exp, iat }: Record<string, unknown>): void {
  if ([aud].flat().length !== 1) {
    throw new errors.InvalidClientAuth('audience (aud) must be one, such as the issuer')
  }
  if (Number(exp) * 1_000 > Date.now() + OPENID_ASSERTION) {
    throw new errors.InvalidClientAuth('exp of the client_assertion is too far ahead')
  }
  if (Number(iat ?? 0) * 1_000 > Date.now() + OPENID_ASSERTION_EARLY) {
    throw new errors.InvalidClientAuth('iat of the client_assertion is too far ahead')
  }
  if (typeof iat === 'number') openidScope().assertedAt = iat
}
