import { PROOF_AGAIN } from '../../base/lifetimes.ts'
import { type Db, sql } from '../database.ts'
import { trim } from './bounds.ts'

/** By what it was proven; `any` is a passkey, too. */
export type ProvenBy = 'any' | 'passkey'

/**
 * Notes that somebody has just proven again, on a device, that the account is theirs. To be called in a
 * transaction.
 */
export function putProof(db: Db, deviceId: string, by: ProvenBy, now: number): void {
  sql(
    db,
    `INSERT INTO proof (device_id, proven_at, passkey_at) VALUES (@deviceId, @now, @passkeyAt)
     ON CONFLICT (device_id) DO UPDATE SET proven_at = @now,
       passkey_at = coalesce(@passkeyAt, passkey_at)`,
  ).run({ deviceId, now, passkeyAt: by === 'passkey' ? now : null })
  trim(db, 'proof', now)
}

/** Whether that was a moment ago ({@link PROOF_AGAIN}). */
export function hasProof(db: Db, deviceId: string, by: ProvenBy, now: number): boolean {
  const at = by === 'passkey' ? 'passkey_at' : 'proven_at'
  const found = sql(db, `SELECT 1 FROM proof WHERE device_id = ? AND ${at} > ?`)
  return found.get(deviceId, now - PROOF_AGAIN) !== undefined
}

export function deleteProof(db: Db, deviceId: string): void {
  sql(db, 'DELETE FROM proof WHERE device_id = ?').run(deviceId)
}

/** @param deviceId whose stays; null for none */
export function deleteOtherProofs(db: Db, deviceId: string | null): void {
  sql(db, 'DELETE FROM proof WHERE device_id IS NOT ?').run(deviceId)
}
