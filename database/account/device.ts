import { type Db, sql } from '../database.ts'
import { trim } from './bounds.ts'

/** A device on which the account is signed in. Times are milliseconds since the epoch. */
export type DeviceAccountRow = {
  deviceId: string
  createdAt: number
  updatedAt: number
  /** How the person signed in there last (RFC 8176); null where that is not known. */
  amr: string[] | null
}

type Stored = { device_id: string; created_at: number; updated_at: number; amr: string | null }

/**
 * To be called in a transaction.
 *
 * @param amr how the person has just signed in (RFC 8176); null where that is not known
 * @returns the devices that are forgotten, to make room for this one
 */
export function upsertDeviceAccount(
  db: Db,
  deviceId: string,
  now: number,
  amr: readonly string[] | null = null,
): string[] {
  sql(
    db,
    `INSERT INTO device_account (device_id, created_at, updated_at, amr)
     VALUES (@deviceId, @now, @now, @amr)
     ON CONFLICT (device_id) DO UPDATE SET updated_at = @now, amr = @amr`,
  ).run({ deviceId, now, amr: amr && JSON.stringify(amr) })
  return trim(db, 'device_account', now) as string[]
}

export function readDeviceAccount(db: Db, deviceId: string): DeviceAccountRow | null {
  const row = sql(db, 'SELECT * FROM device_account WHERE device_id = ?').get(deviceId)
  return row ? toRow(row) : null
}

export function listDeviceAccounts(db: Db): DeviceAccountRow[] {
  return sql(db, 'SELECT * FROM device_account ORDER BY updated_at DESC').all().map(toRow)
}

export function deleteDeviceAccount(db: Db, deviceId: string): void {
  sql(db, 'DELETE FROM device_account WHERE device_id = ?').run(deviceId)
}

/**
 * Unless somebody has signed in there since, to be called in a transaction.
 *
 * @param at of the sign-in, ms
 * @returns whether the device is not there
 */
export function deleteOldDeviceAccount(db: Db, deviceId: string, at: number): boolean {
  const text = 'DELETE FROM device_account WHERE device_id = ? AND updated_at <= ?'
  sql(db, text).run(deviceId, at)
  return readDeviceAccount(db, deviceId) === null
}

/** All but one. */
export function deleteOtherDeviceAccounts(db: Db, deviceId: string): void {
  sql(db, 'DELETE FROM device_account WHERE device_id <> ?').run(deviceId)
}

export function deleteAllDeviceAccounts(db: Db): void {
  sql(db, 'DELETE FROM device_account').run()
}

function toRow(found: unknown): DeviceAccountRow {
  const row = found as Stored
  return {
    deviceId: row.device_id,
    createdAt: row.created_at,
    updatedAt: row.updated_at,
    amr: row.amr === null ? null : JSON.parse(row.amr),
  }
}
