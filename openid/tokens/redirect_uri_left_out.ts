import type { HttpRequest } from '../../http/message.ts'
import type { Storage } from '../storage/stored.ts'

/** In place of that of a code that is not known: the provider looks for the code then, and says so. */
const NONE = 'about:blank'

/**
 * The same request for tokens, with the redirect URI of its code where the client does not name it again. Each code here
 * has a challenge, by which its client is known, so the URI says nothing more (draft-ietf-oauth-v2-1-13 section 10.2). One
 * that is named has to be that of the code (RFC 6749 section 4.1.3).
 */
export async function withRedirectUri(
  { actors, names }: Pick<Storage, 'actors' | 'names'>,
  request: HttpRequest,
): Promise<HttpRequest> {
  const code = request.parameter('code')
  const isExchange = request.parameter('grant_type') === 'authorization_code'
  if (!code || !isExchange || request.parameter('redirect_uri')) return request
  const named = names.read('AuthorizationCode', code)
  const found =
    named && (await actors.account(named.did).findOpenidToken(named.kind, code, named, null))
  const payload = found && typeof found === 'object' ? JSON.parse(found.token.payload) : {}
  const { redirectUri = NONE } = payload as { redirectUri?: string }
  const others = request.parameters.filter(([name]) => name !== 'redirect_uri')
  return request.withBody(String(new URLSearchParams([...others, ['redirect_uri', redirectUri]])))
}
