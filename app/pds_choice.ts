import { decodeJwt } from 'jose'
import { Refusal } from '../base/errors.ts'
import type { HttpRequest } from '../http/message.ts'
import type { Pds } from '../pds/pds.ts'
import type { Services } from '../sagas/services.ts'
import type { LegacyTokens } from '../tokens/legacy_tokens.ts'

/** Parameters by which lexicons name an account, with a DID or a handle. */
const ACCOUNT_PARAMETERS = ['repo', 'did', 'actor', 'handle', 'identifier']

/**
 * The PDS that an XRPC request is for: that of the account whose token it carries, else of the
 * account its parameters name, else the only one there is.
 *
 * @returns null when the request does not say
 * @throws {Refusal} ExpiredToken, as the PDS would say it
 */
export async function choosePds(
  { actors: { directory } }: Services,
  tokens: LegacyTokens,
  pdses: Pds[],
  request: HttpRequest,
): Promise<Pds | null> {
  const { searchParams } = request.url
  const [scheme, token] = request.headers.get('authorization')?.split(' ') ?? []
  const bearer = /^(bearer|dpop)$/i.test(scheme ?? '') ? token : undefined
  const claims = bearer && /^bearer$/i.test(scheme ?? '') ? await verified(tokens, bearer) : null

  const names = [
    claims?.did ?? claimed(bearer),
    ...ACCOUNT_PARAMETERS.map((name) => searchParams.get(name)),
  ]
  for (const name of names) {
    const entry = name ? await directory.find(name, ['did', 'handle']) : null
    const pds = entry && pdses.find(({ did }) => did === entry.pdsDid)
    if (pds) return pds
  }
  return (
    pdses.find(({ did }) => did === claims?.audience) ??
    (pdses.length === 1 ? pdses[0] : null) ??
    null
  )
}

/** What an access JWT of this entryway says; null for any other token, which the PDS judges. */
async function verified(tokens: LegacyTokens, jwt: string) {
  try {
    return await tokens.verifyAccess(jwt)
  } catch (err) {
    if (err instanceof Refusal && err.code === 'InvalidToken') return null
    throw err
  }
}

/**
 * Whom a token claims to be of: `sub` of an access token, `iss` of a service JWT. It only tells
 * which PDS will verify it.
 */
function claimed(jwt: string | undefined): string | undefined {
  try {
    const { sub, iss } = decodeJwt(jwt ?? '')
    return sub ?? iss?.split('#')[0]
  } catch {
    return undefined
  }
}
