import { OPENID_DEVICE_POLL } from '../../base/lifetimes.ts'
import { makeRoom } from '../bounded_table.ts'
import { type Db, sql } from '../database.ts'
import { joining } from '../group_commit.ts'
import { hashSecret } from '../hash.ts'
import { openIn, sealIn } from '../sealed_columns.ts'
import { OPENID_DEVICE_CODES } from './bounds.ts'

/**
 * What a device asked for that has no browser (RFC 8628). `id` stands for the code that a person types, `secret`
 * is what the device shows. `payload` is JSON; times are milliseconds.
 */
export type DeviceCode = { payload: string; expiresAt: number }

/** `isPending`: no person has decided. `isTooFast`: the device was told to wait longer. */
export type PolledDeviceCode = DeviceCode & {
  isSpent: boolean
  isPending: boolean
  isTooFast: boolean
}

type Stored = {
  payload: string
  expires_at: number
  decided_at: number | null
  consumed_at: number | null
  polled_at: number | null
  wait: number
}

const PAYLOAD = 'openid_device_code.payload'

/** How much sooner than it should a device may ask: its answer was on the way meanwhile. */
const TOLERANCE = 1_000

/** @returns whether it is kept; not where there is another one by this id */
export function insertDeviceCode(
  db: Db,
  id: string,
  secret: string,
  { payload, expiresAt }: DeviceCode,
  now = Date.now(),
): boolean {
  const sealed = sealIn(db, PAYLOAD, payload)
  makeRoom(db, OPENID_DEVICE_CODES, 250 + sealed.length)
  const row = { id: hashSecret(id), secret: hashSecret(secret), payload: sealed, expiresAt, now }
  joining(db, 'DELETE FROM openid_device_code WHERE id_hash = @id AND expires_at <= @now').run(row)
  return (
    joining(
      db,
      `INSERT INTO openid_device_code (id_hash, secret_hash, payload, expires_at, wait)
       VALUES (@id, @secret, @payload, @expiresAt, ${OPENID_DEVICE_POLL})
       ON CONFLICT (id_hash) DO NOTHING`,
    ).run(row).changes > 0
  )
}

/** What the person who typed the code decides about; null where that was decided, or it is too late. */
export function readDeviceCode(db: Db, id: string, now = Date.now()): DeviceCode | null {
  const text = `SELECT payload, expires_at AS expiresAt FROM openid_device_code
    WHERE id_hash = ? AND expires_at > ? AND decided_at IS NULL`
  return opened(db, sql(db, text).get(hashSecret(id), now))
}

/** What a person has decided, in the payload; null where nobody has. */
export function readDecidedDeviceCode(db: Db, id: string): DeviceCode | null {
  const text = `SELECT payload, expires_at AS expiresAt FROM openid_device_code
    WHERE id_hash = ? AND decided_at IS NOT NULL`
  return opened(db, sql(db, text).get(hashSecret(id)))
}

function opened(db: Db, found: unknown): DeviceCode | null {
  const row = found as DeviceCode | undefined
  const payload = row && openIn(db, PAYLOAD, row.payload)
  return row && payload ? { ...row, payload } : null
}

/**
 * In one statement, so that of two people at once only one decides.
 *
 * @param by which attempt, so that one that is repeated decides, too
 * @returns whether this one did
 */
export function decideDeviceCode(
  db: Db,
  id: string,
  payload: string,
  by: string,
  now = Date.now(),
): boolean {
  const row = { id: hashSecret(id), payload: sealIn(db, PAYLOAD, payload), by, now }
  return (
    joining(
      db,
      `UPDATE openid_device_code SET payload = @payload, decided_at = @now, decided_by = @by
       WHERE id_hash = @id AND expires_at > @now AND (decided_at IS NULL OR decided_by = @by)`,
    ).run(row).changes > 0
  )
}

/**
 * What the device learns when it asks. One that asks too soon has to wait for 5 seconds more from then on
 * (RFC 8628 section 3.5).
 */
export function pollDeviceCode(
  db: Db,
  id: string,
  secret: string,
  now = Date.now(),
): PolledDeviceCode | null {
  const found = { id: hashSecret(id), secret: hashSecret(secret) }
  const text = 'SELECT * FROM openid_device_code WHERE id_hash = @id AND secret_hash = @secret'
  const row = sql(db, text).get(found) as Stored | undefined
  const payload = row && openIn(db, PAYLOAD, row.payload)
  if (!row || !payload) return null
  const { decided_at: decidedAt, consumed_at: consumedAt, polled_at: polledAt, wait } = row
  const isPending = decidedAt === null && row.expires_at > now
  const isTooFast = isPending && polledAt !== null && now - polledAt < wait - TOLERANCE
  if (isPending) {
    const next = isTooFast ? wait + OPENID_DEVICE_POLL : wait
    joining(
      db,
      'UPDATE openid_device_code SET polled_at = @now, wait = @next WHERE id_hash = @id',
    ).run({ id: found.id, now, next })
  }
  return {
    ...{ payload, expiresAt: row.expires_at, isSpent: consumedAt !== null, isPending, isTooFast },
  }
}

/**
 * In one statement, so that of two at once only one does.
 *
 * @param by which attempt, so that one that is repeated does it, too
 * @returns whether it was not spent before by another one
 */
export function consumeDeviceCode(db: Db, id: string, by: string, now = Date.now()): boolean {
  return (
    joining(
      db,
      `UPDATE openid_device_code SET consumed_at = @now, consumed_by = @by
       WHERE id_hash = @id AND (consumed_at IS NULL OR consumed_by = @by)`,
    ).run({ id: hashSecret(id), by, now }).changes > 0
  )
}
