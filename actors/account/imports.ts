import { insertAppPassword } from '../../stores/sql/account/app_password.ts'
import { appendAudit } from '../../stores/sql/account/audit.ts'
import * as profile from '../../stores/sql/account/profile.ts'
import { type Db, transact } from '../../stores/sql/database.ts'

/** An account with its credentials as a PDS kept them: the hashes are the same ones. */
export type ImportedAccount = Required<profile.NewAccount> & {
  deleteAfter: number | null
  takedownRef: string | null
  invitesDisabled: boolean
  appPasswords: {
    name: string
    passwordScrypt: string
    privileged: boolean
    createdAt: number
  }[]
}

/**
 * Takes an account over from a PDS; one that is here already stays as it is.
 *
 * @returns whether it was new
 */
export function importAccount(db: Db, account: ImportedAccount): boolean {
  return transact(db, () => {
    if (profile.readAccount(db)) return false
    profile.insertAccount(db, account)
    profile.setDeactivated(db, account.deactivatedAt, account.deleteAfter)
    profile.setTakedown(db, account.takedownRef)
    profile.setInvitesDisabled(db, account.invitesDisabled, null)
    for (const appPassword of account.appPasswords) insertAppPassword(db, appPassword)
    appendAudit(db, { at: Date.now(), event: 'account_imported', detail: { pds: account.pdsDid } })
    return true
  })
}
