import { randomStr } from '@atproto/crypto'
import { appendAudit } from '../../database/account/audit.ts'
import * as stored from '../../database/account/trusted_device.ts'
import { type Db, transact } from '../../database/database.ts'
import { assertGood, type Basis } from './basis.ts'
import type { MadeBy } from './idempotent_forms.ts'
import type { EndedBy } from './sessions.ts'

/**
 * From now on a browser is not asked for the second factor that it has just given.
 *
 * @returns the secret by which it is known, which leaves the account once, here
 * @throws {Refusal} SignedOut
 */
export function trust(db: Db, device: stored.NewTrustedDevice, basis: Basis, by: MadeBy): string {
  return transact(db, () => {
    assertGood(db, basis)
    const now = Date.now()
    const [id, secret] = [randomStr(16, 'base32'), randomStr(32, 'base32')]
    stored.insertTrustedDevice(db, device, { id, secret }, now)
    appendAudit(db, { at: now, event: 'device_trusted', detail: by })
    return secret
  })
}

/** Whether the browser that shows this secret is trusted. @throws {Refusal} SignedOut */
export function isTrusted(db: Db, secret: string, deviceId: string, basis: Basis): boolean {
  return transact(db, () => {
    assertGood(db, basis)
    return stored.useTrustedDevice(db, secret, deviceId, Date.now())
  })
}

export function list(db: Db): stored.TrustedDevice[] {
  return stored.listTrustedDevices(db, Date.now())
}

/** @throws {Refusal} SignedOut */
export function revoke(db: Db, id: string, basis: Basis, by: EndedBy): void {
  transact(db, () => {
    assertGood(db, basis)
    if (!stored.deleteTrustedDevice(db, id)) return
    appendAudit(db, { at: Date.now(), event: 'trusted_device_revoked', detail: by })
  })
}
