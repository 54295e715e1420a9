import type { HttpHandler } from '../../http/message.ts'
import { AUTHORIZE, PAR, PROGRAMS, REVOKE, TOKEN } from '../paths.ts'
import { type Check, inspect } from './check.ts'
import { clientNamed } from './client_named.ts'
import { duplicateParameters } from './duplicate_parameters.ts'
import { hashParameters } from './hash_parameters.ts'
import { malformedEscape } from './malformed_escape.ts'
import { noRequestUri } from './no_request_uri.ts'
import { onlyPushedParameters } from './only_pushed_parameters.ts'
import { parRequired } from './par_required.ts'
import { readableReferrer } from './readable_referrer.ts'
import { requestObjectAlone } from './request_object_alone.ts'
import { wholeGrant } from './whole_grant.ts'
import { withNonce } from './with_nonce.ts'
import { withoutTokenTypeHint } from './without_token_type_hint.ts'

const EVERYWHERE = '*'

/** What is asked of a request, in this order, where the provider alone would let it pass. */
const checks: readonly (readonly [on: readonly string[], check: Check])[] = [
  [[EVERYWHERE], malformedEscape],
  [[AUTHORIZE, ...PROGRAMS], duplicateParameters],
  [[AUTHORIZE], parRequired],
  [[PAR], noRequestUri],
  [[PAR], requestObjectAlone],
  [[PAR], hashParameters],
  [[TOKEN, REVOKE], clientNamed],
  [[TOKEN], wholeGrant],
]

/**
 * Puts the checks in front of the provider.
 *
 * @param nextNonce the nonce for a client's next DPoP proof
 */
export function checked(provider: HttpHandler, nextNonce: () => string | undefined): HttpHandler {
  return async (request) => {
    const inspected = inspect(request)
    for (const [on, check] of checks) {
      if (!on.includes(inspected.url.pathname) && !on.includes(EVERYWHERE)) continue
      const refusal = check(inspected)
      if (refusal)
        return PROGRAMS.includes(inspected.url.pathname) ? withNonce(refusal, nextNonce()) : refusal
    }
    return provider(withoutTokenTypeHint(readableReferrer(onlyPushedParameters(request))))
  }
}
