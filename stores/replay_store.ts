import { InvalidRequestError } from '@atproto/oauth-provider/errors'
import type { ReplayStore } from '@atproto/oauth-provider/store'
import { type Flow, recordNonce } from '../actors/auth/flow.ts'
import { CLIENT_CLOCK_AHEAD, NONCE_MEMORY } from '../base/lifetimes.ts'

/** The provider's namespace of PKCE challenges (`ReplayManager.uniqueCodeChallenge`). */
const CODE_CHALLENGE = 'CodeChallenge'

/**
 * Nonces (DPoP `jti`, client assertions, JAR), on disk: a restart forgets none. The time frame is the provider's,
 * which knows no clock that is ahead, and counts to the millisecond of an `exp` that is compared in whole seconds.
 * So each is kept for that much longer.
 */
export function createReplayStore(flow: Flow): ReplayStore {
  return {
    unique: async (namespace, nonce, timeFrame) => {
      assertString(nonce)
      // A challenge is recorded by those only who have exchanged a code, and all others before anything is spent.
      const isChallenge = namespace === CODE_CHALLENGE
      const lasts = isChallenge ? timeFrame : Math.min(timeFrame + CLIENT_CLOCK_AHEAD, NONCE_MEMORY)
      return recordNonce(flow, { namespace, nonce, lasts, isSpent: isChallenge })
    },
  }
}

/**
 * The provider hands on what a client's JWT has there. Two objects would be one nonce, as text.
 *
 * RFC 7519 section 4.1.7: "The `jti` value is a case-sensitive string."
 *
 * @throws {InvalidRequestError}
 */
function assertString(nonce: unknown): void {
  if (typeof nonce === 'string' && nonce !== '') return
  throw new InvalidRequestError('"jti" has to be a string, and not an empty one')
}
