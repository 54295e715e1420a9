import { makeRoom } from '../bounded_table.ts'
import type { Db } from '../database.ts'
import { spare } from '../durable.ts'
import { joining } from '../group_commit.ts'
import { hashSecret } from '../hash.ts'
import { NONCES } from './bounds.ts'

/** The namespace of the challenges of passkeys. */
export const PASSKEY = 'passkey challenge'

/**
 * Records a nonce for `timeFrame` milliseconds, in one statement, so that of two requests at once
 * only one is the first.
 *
 * @returns whether the nonce was not seen within its time frame
 */
export function recordNonce(db: Db, namespace: string, nonce: string, timeFrame: number): boolean {
  const isFirst = record(db, namespace, nonce, timeFrame)
  // After the power was gone a proof that was recorded last could be shown again, for its minutes:
  // what it came with, a code or a refresh token, is spent durably, or granted nothing.
  spare(db, isFirst ? 1 : 0)
  return isFirst
}

/**
 * Spends the challenge of a passkey. What it comes with grants a sign-in, so this is durable.
 *
 * @param lasts ms after which it would be too old anyway
 * @returns whether it was not spent before
 */
export function spendChallenge(db: Db, challenge: string, lasts: number): boolean {
  return record(db, PASSKEY, challenge, lasts)
}

function record(db: Db, namespace: string, nonce: string, timeFrame: number): boolean {
  const now = Date.now()
  makeRoom(db, NONCES, 120)
  const { changes } = joining(
    db,
    `INSERT INTO replay (nonce_hash, expires_at) VALUES (@hash, @expiresAt)
     ON CONFLICT (nonce_hash) DO UPDATE SET expires_at = @expiresAt WHERE expires_at <= @now`,
  ).run({ hash: hashSecret(`${namespace}\n${nonce}`), expiresAt: now + timeFrame, now })
  return changes > 0
}
