import type { ReplayStore } from '@atproto/oauth-provider/store'
import { CODE_CHALLENGE, type Flow, nonceId } from '../actors/auth/flow.ts'
import { NONCE_MEMORY } from '../base/lifetimes.ts'

/** Nonces (DPoP `jti`, client assertions, JAR), on disk: a restart forgets none. */
export function createReplayStore(flow: Flow): ReplayStore {
  return {
    unique: (namespace, nonce, timeFrame) =>
      flow(nonceId(namespace, nonce)).recordNonce(
        namespace,
        nonce,
        // A challenge is recorded by those only who have exchanged a code.
        namespace === CODE_CHALLENGE ? timeFrame : Math.min(timeFrame, NONCE_MEMORY),
      ),
  }
}
