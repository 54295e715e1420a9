import { KNOWN_DEVICE } from '../../base/lifetimes.ts'
import { type Db, sql } from '../database.ts'
import { trim } from './bounds.ts'

/**
 * To be called in a transaction.
 *
 * @param mark by what the device is known again
 * @param deviceId of a browser, as the provider names it
 */
export function putKnownDevice(db: Db, mark: string, deviceId: string | null, now: number): void {
  const device = { mark, deviceId, now }
  const update = sql(
    db,
    'UPDATE known_device SET device_id = @deviceId, seen_at = @now WHERE mark = @mark',
  )
  if (update.run(device).changes > 0) return
  sql(
    db,
    'INSERT INTO known_device (mark, device_id, seen_at) VALUES (@mark, @deviceId, @now)',
  ).run(device)
  trim(db, 'known_device', now)
}

export function isKnownDevice(db: Db, mark: string, now: number): boolean {
  const found = sql(db, 'SELECT 1 FROM known_device WHERE mark = ? AND seen_at > ?')
  return found.get(mark, now - KNOWN_DEVICE) !== undefined
}

export function deleteKnownDevice(db: Db, mark: string): void {
  sql(db, 'DELETE FROM known_device WHERE mark = ?').run(mark)
}

/** @param deviceId of a browser, as the provider named it at its last sign-in */
export function deleteKnownDevicesOn(db: Db, deviceId: string): void {
  sql(db, 'DELETE FROM known_device WHERE device_id = ?').run(deviceId)
}

export function deleteAllKnownDevices(db: Db): void {
  sql(db, 'DELETE FROM known_device').run()
}

/** From when on the owner is told of a device that is not known, ms; null until somebody has signed in. */
export function readDevicesKnownSince(db: Db): number | null {
  const since = sql(db, 'SELECT devices_known_since FROM account').pluck().get()
  return (since as number | null | undefined) ?? null
}

export function setDevicesKnownSince(db: Db, since: number): void {
  sql(db, 'UPDATE account SET devices_known_since = ?').run(since)
}
