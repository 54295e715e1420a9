import type { HttpHandler } from '../../http/message.ts'
import { type Check, inspect } from './check.ts'
import { duplicateParameters } from './duplicate_parameters.ts'
import { AUTHORIZE, covers, PAGE_API, PAR, REVOKE, TOKEN } from './endpoints.ts'
import { malformedEscape } from './malformed_escape.ts'
import { noRequestUri } from './no_request_uri.ts'
import { onlyPushedParameters } from './only_pushed_parameters.ts'
import { parRequired } from './par_required.ts'
import { postOnly } from './post_only.ts'
import { readableBody } from './readable_body.ts'
import { stateRequired } from './state_required.ts'

const EVERYWHERE = '/'

/** What is asked of a request, in this order, where the provider alone would let it pass. */
const checks: readonly (readonly [on: readonly string[], check: Check])[] = [
  [[EVERYWHERE], malformedEscape],
  [[PAR, TOKEN, REVOKE], postOnly],
  [[PAR, TOKEN, REVOKE, `${PAGE_API}/`], readableBody],
  [[AUTHORIZE, PAR, TOKEN, REVOKE], duplicateParameters],
  [[AUTHORIZE], parRequired],
  [[PAR], noRequestUri],
  [[PAR], stateRequired],
]

/** Puts the checks in front of the provider. */
export function checked(provider: HttpHandler): HttpHandler {
  return async (request) => {
    const inspected = inspect(request)
    for (const [on, check] of checks) {
      if (!on.some((path) => covers(path, inspected.url.pathname))) continue
      const refusal = check(inspected)
      if (refusal) return refusal
    }
    return provider(onlyPushedParameters(request))
  }
}
