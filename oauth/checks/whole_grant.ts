import { invalidRequest, refuse } from '../../http/answers/refuse.ts'
import { type Check, parameter } from './check.ts'

/**
 * What each grant takes (RFC 6749 sections 4.1.3 and 6). Not the `code_verifier`: who brings none, or one that cannot
 * be, has a code that somebody else was given, which is `invalid_grant` and ends it (RFC 7636 section 4.6).
 */
const REQUIRED: Record<string, readonly string[]> = {
  authorization_code: ['code', 'redirect_uri'],
  refresh_token: ['refresh_token'],
}

/**
 * Is it a grant, with all that belongs to it? The provider calls everything `invalid_grant`, for which apps forget a
 * session.
 *
 * RFC 6749 section 5.2: `invalid_request` where "the request is missing a required parameter" or "is otherwise
 * malformed", `unsupported_grant_type` for one that the server does not have.
 */
export const wholeGrant: Check = (inspected) => {
  if (inspected.request.method !== 'POST') return undefined
  const grant = parameter(inspected, 'grant_type')
  if (!grant) return invalidRequest('grant_type is required')
  const required = Object.hasOwn(REQUIRED, grant) ? REQUIRED[grant] : undefined
  if (!required) {
    const taken = Object.keys(REQUIRED).join(' or ')
    return refuse(400, 'unsupported_grant_type', `grant_type has to be ${taken}`)
  }
  const missing = required.find((name) => !parameter(inspected, name))
  return missing ? invalidRequest(`${missing} is required`) : undefined
}
