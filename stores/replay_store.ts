import type { ReplayStore } from '@atproto/oauth-provider/store'
import { type Flow, recordNonce } from '../actors/auth/flow.ts'
import { NONCE_MEMORY } from '../base/lifetimes.ts'

/** The provider's namespace of PKCE challenges (`ReplayManager.uniqueCodeChallenge`). */
const CODE_CHALLENGE = 'CodeChallenge'

/** Nonces (DPoP `jti`, client assertions, JAR), on disk: a restart forgets none. */
export function createReplayStore(flow: Flow): ReplayStore {
  return {
    unique: (namespace, nonce, timeFrame) => {
      // A challenge is recorded by those only who have exchanged a code, and all others before anything is spent.
      const isChallenge = namespace === CODE_CHALLENGE
      const lasts = isChallenge ? timeFrame : Math.min(timeFrame, NONCE_MEMORY)
      return recordNonce(flow, { namespace, nonce, lasts, isSpent: isChallenge })
    },
  }
}
