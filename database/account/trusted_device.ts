import { TRUSTED_DEVICE } from '../../base/lifetimes.ts'
import { type Db, sql } from '../database.ts'
import { hashSecret } from '../hash.ts'
import { MAX_USER_AGENT, trim } from './bounds.ts'

/** A browser that is not asked for the second factor. Times are milliseconds since the epoch. */
export type TrustedDevice = {
  id: string
  deviceId: string
  userAgent: string | null
  createdAt: number
  usedAt: number
}

/** The browser, as it is when it is trusted. */
export type NewTrustedDevice = Pick<TrustedDevice, 'deviceId' | 'userAgent'>

/** In the place of what was kept of the same device. To be called in a transaction. */
export function insertTrustedDevice(
  db: Db,
  { deviceId, userAgent }: NewTrustedDevice,
  { id, secret }: { id: string; secret: string },
  now: number,
): void {
  deleteTrustedDevicesOn(db, deviceId)
  sql(
    db,
    `INSERT INTO trusted_device (id, secret_hash, device_id, user_agent, created_at, used_at)
     VALUES (@id, @secretHash, @deviceId, @userAgent, @now, @now)`,
  ).run({
    id,
    secretHash: hashSecret(secret),
    deviceId,
    userAgent: userAgent?.slice(0, MAX_USER_AGENT) ?? null,
    now,
  })
  trim(db, 'trusted_device', now)
}

/** @returns whether there is one with this secret, which is used on that device now */
export function useTrustedDevice(db: Db, secret: string, deviceId: string, now: number): boolean {
  const { changes } = sql(
    db,
    `UPDATE trusted_device SET used_at = @now, device_id = @deviceId
     WHERE secret_hash = @secretHash AND created_at > @since`,
  ).run({ secretHash: hashSecret(secret), deviceId, now, since: now - TRUSTED_DEVICE })
  return changes > 0
}

/** The one that was used last first. */
export function listTrustedDevices(db: Db, now: number): TrustedDevice[] {
  return sql(
    db,
    `SELECT id, device_id AS deviceId, user_agent AS userAgent, created_at AS createdAt,
       used_at AS usedAt
     FROM trusted_device WHERE created_at > ? ORDER BY used_at DESC, id`,
  ).all(now - TRUSTED_DEVICE) as TrustedDevice[]
}

/** @returns whether there was one */
export function deleteTrustedDevice(db: Db, id: string): boolean {
  return sql(db, 'DELETE FROM trusted_device WHERE id = ?').run(id).changes > 0
}

export function deleteTrustedDevicesOn(db: Db, deviceId: string): void {
  sql(db, 'DELETE FROM trusted_device WHERE device_id = ?').run(deviceId)
}

export function deleteAllTrustedDevices(db: Db): void {
  sql(db, 'DELETE FROM trusted_device').run()
}
