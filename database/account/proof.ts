import { PROOF_AGAIN } from '../../base/lifetimes.ts'
import { type Db, sql } from '../database.ts'
import { trim } from './bounds.ts'

/**
 * Notes that somebody has just proven again, on a device, that the account is theirs. To be called in a
 * transaction.
 */
export function putProof(db: Db, deviceId: string, now: number): void {
  sql(
    db,
    `INSERT INTO proof (device_id, proven_at) VALUES (@deviceId, @now)
     ON CONFLICT (device_id) DO UPDATE SET proven_at = @now`,
  ).run({ deviceId, now })
  trim(db, 'proof', now)
}

/** Whether that was a moment ago ({@link PROOF_AGAIN}). */
export function hasProof(db: Db, deviceId: string, now: number): boolean {
  const found = sql(db, 'SELECT 1 FROM proof WHERE device_id = ? AND proven_at > ?')
  return found.get(deviceId, now - PROOF_AGAIN) !== undefined
}

export function deleteProof(db: Db, deviceId: string): void {
  sql(db, 'DELETE FROM proof WHERE device_id = ?').run(deviceId)
}

export function deleteAllProofs(db: Db): void {
  sql(db, 'DELETE FROM proof').run()
}
