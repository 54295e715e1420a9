import { FOR_CALLER } from '../http/answers/private_answer.ts'
import { xrpcError } from '../http/answers/xrpc_error.ts'
import type { SessionName } from '../http/endings.ts'
import type { HttpRequest, HttpResponse } from '../http/message.ts'
import type { AccessTokens } from '../tokens/access_tokens.ts'
import type { SessionStandings } from './session_standings.ts'

/** The session whose access token a request shows, null where it shows none; or how it is refused. */
export type ShownSession = { session: SessionName | null } | { refusal: HttpResponse }

/**
 * Looks at the access token of a request to a PDS, which verifies it alone and would take it until it
 * expires. That of a session that has ended is refused as the PDS refuses one that has expired, so that
 * the app asks for another, is refused again, and signs its user out.
 */
export async function shownSession(
  request: HttpRequest,
  { tokens, standings }: { tokens: AccessTokens; standings: SessionStandings },
): Promise<ShownSession> {
  const shown = shownToken(request)
  if (!shown) return { session: null }
  const { scheme, token } = shown
  const name = await tokens.read(token)
  if (name === 'no access token') return { session: null }
  if (name === 'forged') return { refusal: forged(scheme) }
  const { did, sid } = name
  if (sid === null || !(await standings.isOpen({ did, sid }))) return { refusal: over(scheme) }
  return { session: { did, sid } }
}

type Scheme = 'bearer' | 'dpop'
type ShownToken = { scheme: Scheme; token: string }

/** As a PDS splits the header, letter by letter; what is written otherwise it refuses. */
export function shownToken({ headers }: HttpRequest): ShownToken | null {
  const [given = '', token, ...more] = headers.get('authorization')?.split(' ') ?? []
  const scheme = given.toLowerCase()
  const isToken = scheme === 'bearer' || scheme === 'dpop'
  return isToken && token && !more.length ? { scheme, token } : null
}

const over = (scheme: Scheme) =>
  scheme === 'dpop'
    ? invalidToken('The session of this token has ended')
    : xrpcError(400, 'ExpiredToken', 'Token has expired', FOR_CALLER)

const forged = (scheme: Scheme) =>
  scheme === 'dpop'
    ? invalidToken('Token could not be verified')
    : xrpcError(400, 'InvalidToken', 'Token could not be verified', FOR_CALLER)

/** The challenge of RFC 6750 section 3.1, for DPoP (RFC 9449 section 7.1). */
function invalidToken(description: string): HttpResponse {
  return xrpcError(401, 'invalid_token', description, {
    ...FOR_CALLER,
    'www-authenticate': `DPoP error="invalid_token", error_description="${description}"`,
  })
}
