import { InvalidRequestError } from '@atproto/oauth-provider/errors'
import type { OAuthProvider } from '@atproto/oauth-provider/provider'

/**
 * Bytes of the scopes of a session. They stand in its access tokens, where base64 makes them 16,000: that is all of the
 * headers that Node.js, and so a stock PDS, takes with a request.
 */
export const MAX_SCOPES = 12_000

/**
 * Raised where tokens are made. It ends no session: the publisher of a permission set may make it longer, and shorter
 * again.
 */
export class ScopesTooLongError extends InvalidRequestError {
  constructor() {
    super(`With those of its permission sets, the scopes are longer than ${MAX_SCOPES} bytes`)
  }
}

/**
 * Refuses tokens whose scopes are too long, before anything is kept of them. A client names a permission set in a few
 * words, each set may give 50,000 characters of scopes, and anybody with a domain can publish one.
 *
 * @throws {ScopesTooLongError} from then on
 */
export function keepScopesShort(lexicons: OAuthProvider['lexiconManager']): void {
  const build = lexicons.buildTokenScope.bind(lexicons)
  lexicons.buildTokenScope = (async (asked) => {
    const scopes = await build(asked)
    if (Buffer.byteLength(scopes ?? '') <= MAX_SCOPES) return scopes
    throw new ScopesTooLongError()
  }) as typeof build
}
