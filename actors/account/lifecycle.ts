import { Refusal } from '../../base/errors.ts'
import { appendAudit, type NewAuditEntry } from '../../database/account/audit.ts'
import { deleteOtherDeviceAccounts } from '../../database/account/device.ts'
import { deleteAllKnownDevices, putKnownDevice } from '../../database/account/known_device.ts'
import * as profile from '../../database/account/profile.ts'
import { type Db, transact } from '../../database/database.ts'
import { readPasskey } from '../../factors/passkey.ts'
import { assertGood, type Basis, existing, refuseTakenDown } from './basis.ts'
import { endOpenid, endSignIns } from './endings.ts'
import { markOfDevice } from './known_devices.ts'
import { addFirst, replaceFirst } from './passkeys.ts'
import * as recoveryCodes from './recovery_codes.ts'
import type { EndedBy } from './sessions.ts'
import { isSignUpOpen } from './sign_up_open.ts'

/** An account that is new, with the recovery codes that came with its passkey, to be shown once. */
export type CreatedAccount = { account: profile.AccountRow; recoveryCodes: string[] | null }

/**
 * Records an account that is new. One that is recorded already stays as it is: the sign-up was interrupted after that,
 * and is finished.
 *
 * @param passkey by which it is signed in to, as JSON (`factors/passkey.ts`)
 */
export function create(
  db: Db,
  account: profile.NewAccount,
  passkey: string | null = null,
): CreatedAccount {
  return transact(db, () => {
    const recorded = profile.readAccount(db)
    if (recorded) return { account: recorded, recoveryCodes: null }
    profile.insertAccount(db, account)
    const recoveryCodes = passkey === null ? null : addFirst(db, readPasskey(passkey))
    appendAudit(db, { at: Date.now(), event: 'account_created', detail: {} })
    return { account: existing(db), recoveryCodes }
  })
}

/**
 * The sign-up of a new account once more, with another passkey: its browser did not get the answer, with which the
 * recovery codes were lost, and an authenticator keeps the newest passkey of an account alone. It rests on no sign-in,
 * so it counts only while nothing else has happened to the account.
 *
 * @throws {Refusal} HandleTaken once something has, or too long ago; AccountNotFound
 */
export function createAgain(db: Db, passkey: string): CreatedAccount {
  return transact(db, () => {
    const account = existing(db)
    if (!isSignUpOpen(db, account)) throw new Refusal('HandleTaken', 'The account was made already')
    replaceFirst(db, readPasskey(passkey))
    return { account, recoveryCodes: recoveryCodes.make(db) }
  })
}

export function setHandle(db: Db, handle: string | null, basis: Basis | null): profile.AccountRow {
  return transact(db, () => {
    const before = assertGood(db, basis)
    if (before.handle === handle) return before
    profile.setHandle(db, handle)
    appendAudit(db, {
      at: Date.now(),
      event: 'handle_changed',
      detail: { from: before.handle, to: handle },
    })
    return existing(db)
  })
}

/**
 * As in the reference, deactivation may take the credentials that apps hold with it. Devices stay
 * signed in, so that the person can come back.
 */
export function deactivate(
  db: Db,
  options: { deleteAfter: number | null; deleteCredentials: boolean },
  basis: Basis | null,
): profile.AccountRow {
  const { deleteAfter, deleteCredentials } = options
  return transact(db, () => {
    assertGood(db, basis)
    const now = Date.now()
    if (deleteCredentials) endSignIns(db, { devices: false, appPasswords: true })
    // OpenID clients learn nothing of the account's state, so they are out until it is active again.
    else endOpenid(db)
    profile.setDeactivated(db, now, deleteAfter)
    appendAudit(db, { at: now, event: 'account_deactivated', detail: {} })
    return existing(db)
  })
}

export function activate(db: Db, basis: Basis | null): profile.AccountRow {
  return transact(db, () => {
    refuseTakenDown(assertGood(db, basis))
    profile.setDeactivated(db, null, null)
    appendAudit(db, { at: Date.now(), event: 'account_activated', detail: {} })
    return existing(db)
  })
}

/** A takedown ends all sessions; `ref` null lifts it. */
export function takeDown(db: Db, ref: string | null): profile.AccountRow {
  return transact(db, () => {
    existing(db)
    profile.setTakedown(db, ref)
    if (ref !== null) endSignIns(db, { devices: true, appPasswords: false })
    appendAudit(db, { at: Date.now(), event: ref ? 'taken_down' : 'takedown_lifted', detail: {} })
    return existing(db)
  })
}

export function signOutEverywhere(db: Db): void {
  transact(db, () => {
    endSignIns(db, { devices: true, appPasswords: false })
    appendAudit(db, { at: Date.now(), event: 'signed_out_everywhere', detail: {} })
  })
}

/**
 * The same but for the browser that asks, which stays.
 *
 * @returns the account of afterwards, whose sign-in there is renewed (`basis.ts`)
 * @throws {Refusal} AccountNotFound, AccountTakedown, SignedOut
 */
export function signOutElsewhere(
  db: Db,
  deviceId: string,
  basis: Basis,
  by: EndedBy,
): profile.AccountRow {
  return transact(db, () => {
    assertGood(db, basis)
    endSignIns(db, { devices: false, appPasswords: false })
    deleteOtherDeviceAccounts(db, deviceId)
    deleteAllKnownDevices(db)
    putKnownDevice(db, markOfDevice(deviceId), deviceId, Date.now())
    appendAudit(db, { at: Date.now(), event: 'signed_out_elsewhere', detail: by })
    return existing(db)
  })
}

/** Adds to the trail; an account that was deleted meanwhile has none any more. */
export function audit(db: Db, entry: NewAuditEntry): void {
  transact(db, () => {
    if (profile.readAccount(db)) appendAudit(db, entry)
  })
}
