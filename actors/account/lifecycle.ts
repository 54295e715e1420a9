import { Refusal } from '../../base/errors.ts'
import { deleteAllAppPasswords } from '../../database/account/app_password.ts'
import { appendAudit } from '../../database/account/audit.ts'
import { deleteAllAuthorizedClients } from '../../database/account/authorized_client.ts'
import { deleteAllDeviceAccounts } from '../../database/account/device.ts'
import { deleteAllLegacySessions } from '../../database/account/legacy_session.ts'
import * as profile from '../../database/account/profile.ts'
import { deleteAllSessions } from '../../database/account/session.ts'
import { type Db, transact } from '../../database/database.ts'

/** The account, or a refusal. */
export function existing(db: Db): profile.AccountRow {
  const account = profile.readAccount(db)
  if (!account) throw new Refusal('AccountNotFound', 'Account not found')
  return account
}

export function create(db: Db, account: profile.NewAccount): profile.AccountRow {
  return transact(db, () => {
    profile.insertAccount(db, account)
    appendAudit(db, { at: Date.now(), event: 'account_created', detail: {} })
    return existing(db)
  })
}

export function setHandle(db: Db, handle: string | null): profile.AccountRow {
  return transact(db, () => {
    const before = existing(db)
    profile.setHandle(db, handle)
    appendAudit(db, {
      at: Date.now(),
      event: 'handle_changed',
      detail: { from: before.handle, to: handle },
    })
    return existing(db)
  })
}

/** As in the reference, deactivation may take the credentials that apps hold with it. */
export function deactivate(
  db: Db,
  options: { deleteAfter: number | null; deleteCredentials: boolean },
): profile.AccountRow {
  const { deleteAfter, deleteCredentials } = options
  return transact(db, () => {
    existing(db)
    const now = Date.now()
    if (deleteCredentials) {
      deleteAllSessions(db)
      profile.setSignedOut(db, now)
      deleteAllAuthorizedClients(db)
      deleteAllAppPasswords(db)
    }
    profile.setDeactivated(db, now, deleteAfter)
    appendAudit(db, { at: now, event: 'account_deactivated', detail: {} })
    return existing(db)
  })
}

export function activate(db: Db): profile.AccountRow {
  return transact(db, () => {
    if (existing(db).takedownRef !== null) {
      throw new Refusal('AccountTakedown', 'Account has been taken down')
    }
    profile.setDeactivated(db, null, null)
    appendAudit(db, { at: Date.now(), event: 'account_activated', detail: {} })
    return existing(db)
  })
}

/** A takedown ends every session; `ref` null lifts it. */
export function takeDown(db: Db, ref: string | null): void {
  transact(db, () => {
    existing(db)
    profile.setTakedown(db, ref)
    if (ref !== null) endSessions(db)
    appendAudit(db, { at: Date.now(), event: ref ? 'taken_down' : 'takedown_lifted', detail: {} })
  })
}

export function signOutEverywhere(db: Db): void {
  transact(db, () => {
    endSessions(db)
    appendAudit(db, { at: Date.now(), event: 'signed_out_everywhere', detail: {} })
  })
}

/**
 * OAuth sessions, legacy sessions and remembered devices, and with them every sign-in and
 * authorization code that has not become a session yet; to be called inside a transaction.
 */
export function endSessions(db: Db): void {
  profile.setSignedOut(db, Date.now())
  deleteAllSessions(db)
  deleteAllLegacySessions(db)
  deleteAllDeviceAccounts(db)
}
