import { decodeJwt } from 'jose'
import type { HttpRequest } from '../http/message.ts'
import type { KnownPds } from '../sagas/services/known_pdses.ts'
import type { Services } from '../sagas/services/services.ts'
import { shownToken } from './shown_session.ts'

/** Parameters by which lexicons name an account, with a DID or a handle. */
const ACCOUNT_PARAMETERS = ['repo', 'did', 'actor', 'handle', 'identifier']

/**
 * The PDS that an XRPC request is for: the one whose own name it came to, or the only one there is.
 * Where several are behind the entryway's name, that of the account whose token it carries, else of
 * the account its parameters name, else the one that shares the name.
 *
 * @returns null when the request does not say
 */
export async function pdsOfRequest(
  { actors: { directory }, pdses, settings }: Services,
  request: HttpRequest,
): Promise<KnownPds | null> {
  const { origin } = request.url
  const named = pdses.servedAt(origin)
  if (named && origin !== settings.publicUrl) return named
  if (!pdses.all.length) await pdses.refresh()
  if (pdses.all.length < 2) return pdses.all[0] ?? null

  const { searchParams } = request.url
  const { account, audience } = claimed(shownToken(request)?.token)

  const names = [account, ...ACCOUNT_PARAMETERS.map((name) => searchParams.get(name))]
  for (const name of names) {
    const entry = name ? await directory.find(name, ['did', 'handle']) : null
    const pds = entry && (await pdses.find(entry.pdsDid))
    if (pds) return pds
  }
  return pdses.all.find(({ did }) => did === audience) ?? named
}

/**
 * Whom a token claims to be of: `sub` of an access token, `iss` of a service JWT; and for which PDS.
 * It only tells which PDS will verify it.
 */
function claimed(jwt: string | undefined): { account?: string | undefined; audience?: unknown } {
  try {
    const { sub, iss, aud } = decodeJwt(jwt ?? '')
    return { account: sub ?? iss?.split('#')[0], audience: aud }
  } catch {
    return {}
  }
}
