import { appendAudit } from '../../database/account/audit.ts'
import * as profile from '../../database/account/profile.ts'
import { type Db, transact } from '../../database/database.ts'
import { assertGood, type Basis } from './basis.ts'
import type { EndedBy } from './sessions.ts'

const PROTECTIONS = {
  newDeviceMails: { event: 'new_device_mails', set: profile.setNewDeviceMails },
  onlyAppPasswords: { event: 'only_app_passwords', set: profile.setOnlyAppPasswords },
} as const

/** What protects an account besides its second factors, by its name in the row of the account. */
export type Protection = keyof typeof PROTECTIONS

/**
 * Turns a protection on or off.
 *
 * @returns the account where that changed it, else null
 * @throws {Refusal} AccountNotFound, AccountTakedown, SignedOut, ProofRequired
 */
export function set(
  db: Db,
  protection: Protection,
  on: boolean,
  basis: Basis,
  by: EndedBy,
): profile.AccountRow | null {
  return transact(db, () => {
    const account = assertGood(db, basis)
    if (account[protection] === on) return null
    const { event, set } = PROTECTIONS[protection]
    set(db, on)
    appendAudit(db, { at: Date.now(), event, detail: { on, ...by } })
    return account
  })
}
