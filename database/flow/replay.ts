import type { Db } from '../database.ts'
import { spare } from '../durable.ts'
import { joining } from '../group_commit.ts'
import { hashSecret } from '../hash.ts'
import { makeRoom } from '../room.ts'
import { NONCES } from './bounds.ts'

/**
 * Records a nonce for `timeFrame` milliseconds, in one statement, so that of two requests at once
 * only one is the first.
 *
 * @returns whether the nonce was not seen within its time frame
 */
export function recordNonce(
  db: Db,
  namespace: string,
  nonce: string,
  timeFrame: number,
  now = Date.now(),
): boolean {
  makeRoom(db, NONCES, 120)
  const { changes } = joining(
    db,
    `INSERT INTO replay (nonce_hash, expires_at) VALUES (@hash, @expiresAt)
     ON CONFLICT (nonce_hash) DO UPDATE SET expires_at = @expiresAt WHERE expires_at <= @now`,
  ).run({ hash: hashSecret(`${namespace}\n${nonce}`), expiresAt: now + timeFrame, now })
  // After the power was gone a proof that was recorded last could be shown again, for its minutes:
  // what it came with, a code or a refresh token, is spent durably, or granted nothing.
  spare(db, changes)
  return changes > 0
}
