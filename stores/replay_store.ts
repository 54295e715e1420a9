import type { ReplayStore } from '@atproto/oauth-provider/store'
import { type Flow, nonceId } from '../actors/auth/flow.ts'

/** Nonces (DPoP `jti`, client assertions, JAR), on disk: a restart forgets none. */
export function createReplayStore(flow: Flow): ReplayStore {
  return {
    unique: (namespace, nonce, timeFrame) =>
      flow(nonceId(namespace, nonce)).recordNonce(namespace, nonce, timeFrame),
  }
}
