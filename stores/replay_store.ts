import type { ReplayStore } from '@atproto/oauth-provider/store'
import type { Db } from './sql/database.ts'
import { recordNonce } from './sql/flow/replay.ts'

/** Nonces (DPoP `jti`, client assertions, JAR), on disk: a restart forgets none. */
export function createReplayStore(db: Db): ReplayStore {
  return {
    unique: (namespace, nonce, timeFrame) => recordNonce(db, namespace, nonce, timeFrame),
  }
}
