import {
  DEVICE_UNUSED,
  EXPIRED_REQUEST_MEMORY,
  OPENID_DEVICE_CODE,
  SIGNED_IN_DEVICE_UNUSED,
} from '../../base/lifetimes.ts'
import { settled } from '../../base/time/settled_clock.ts'
import { measureAnew } from '../bounded_table.ts'
import { type Db, sql, transact } from '../database.ts'
import { sweepOpenidRegistrations } from './openid_registration.ts'

/**
 * Deletes what has expired: spent codes, nonces, what was carried over from a PDS, what OpenID
 * clients asked for, and authorization requests some time later; and devices that did not come back: soon
 * those without a signed-in account (`at` in ms).
 */
export function sweepFlow(db: Db, at = Date.now()): void {
  const now = settled(at)
  transact(db, () => {
    sql(db, 'DELETE FROM authorization_request WHERE expires_at < ?').run(
      now - EXPIRED_REQUEST_MEMORY,
    )
    sql(db, 'DELETE FROM spent_code WHERE expires_at < ?').run(now)
    sql(db, 'DELETE FROM replay WHERE expires_at < ?').run(now)
    sql(db, 'DELETE FROM carried_token WHERE expires_at < ?').run(now)
    sql(db, 'DELETE FROM carried_secret WHERE expires_at < ?').run(now)
    sql(db, 'DELETE FROM openid_request WHERE expires_at < ?').run(now)
    sweepOpenidRegistrations(db, now)
    // A device that asks late is told that its code has expired.
    sql(db, 'DELETE FROM openid_device_code WHERE expires_at < ?').run(now - OPENID_DEVICE_CODE)
    sql(db, 'DELETE FROM device WHERE linked = 0 AND last_seen_at < ?').run(now - DEVICE_UNUSED)
    sql(db, 'DELETE FROM device WHERE linked = 1 AND last_seen_at < ?').run(
      now - SIGNED_IN_DEVICE_UNUSED,
    )
  })
  measureAnew(db)
}
