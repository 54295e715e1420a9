import type { HttpHandler, HttpResponse } from '../../http/message.ts'
import { type Check, inspect } from './check.ts'
import { clientNamed } from './client_named.ts'
import { duplicateParameters } from './duplicate_parameters.ts'
import { AUTHORIZE, covers, PAGE_API, PAR, REVOKE, TOKEN } from './endpoints.ts'
import { malformedEscape } from './malformed_escape.ts'
import { noRequestUri } from './no_request_uri.ts'
import { onlyPushedParameters } from './only_pushed_parameters.ts'
import { parRequired } from './par_required.ts'
import { postOnly } from './post_only.ts'
import { readableBody } from './readable_body.ts'
import { readableReferrer } from './readable_referrer.ts'
import { withoutTokenTypeHint } from './without_token_type_hint.ts'

const EVERYWHERE = '/'
/** The endpoints whose answers carry a nonce (RFC 9449 section 8.2). */
const PROGRAMS = [PAR, TOKEN, REVOKE]

/** What is asked of a request, in this order, where the provider alone would let it pass. */
const checks: readonly (readonly [on: readonly string[], check: Check])[] = [
  [[EVERYWHERE], malformedEscape],
  [PROGRAMS, postOnly],
  [[...PROGRAMS, `${PAGE_API}/`], readableBody],
  [[AUTHORIZE, ...PROGRAMS], duplicateParameters],
  [[AUTHORIZE], parRequired],
  [[PAR], noRequestUri],
  [[REVOKE], clientNamed],
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
      if (!on.some((path) => covers(path, inspected.url.pathname))) continue
      const refusal = check(inspected)
      if (refusal)
        return PROGRAMS.includes(inspected.url.pathname) ? withNonce(refusal, nextNonce()) : refusal
    }
    return provider(withoutTokenTypeHint(readableReferrer(onlyPushedParameters(request))))
  }
}

/** A refusal with what the provider's own would carry, too. */
function withNonce(refusal: HttpResponse, nonce: string | undefined): HttpResponse {
  if (nonce === undefined) return refusal
  const name = 'dpop-nonce'
  return {
    ...refusal,
    headers: [...refusal.headers, [name, nonce], ['access-control-expose-headers', 'DPoP-Nonce']],
  }
}
