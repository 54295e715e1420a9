import { insertAppPassword } from '../../database/account/app_password.ts'
import { appendAudit } from '../../database/account/audit.ts'
import { insertCarriedSessions } from '../../database/account/carried.ts'
import * as profile from '../../database/account/profile.ts'
import { type Db, transact } from '../../database/database.ts'
import type { ImportedAccount } from '../../database/import/imported_account.ts'
import { learnImported } from './known_devices.ts'

/**
 * Takes an account over from a PDS; one that is here already stays as it is, unless this continues with it.
 *
 * @returns whether it was new
 */
export function importAccount(db: Db, account: ImportedAccount): boolean {
  return transact(db, () => {
    if (profile.readAccount(db)) {
      if (account.continues) insertAll(db, account.appPasswords)
      return false
    }
    profile.insertAccount(db, account)
    profile.setEmailAuthFactor(db, account.emailAuthFactor)
    profile.setDeactivated(db, account.deactivatedAt, account.deleteAfter)
    profile.setTakedown(db, account.takedownRef)
    profile.setInvitesDisabled(db, account.invitesDisabled, null)
    insertAll(db, account.appPasswords)
    if (account.sessions) insertCarriedSessions(db, account.sessions)
    learnImported(db, account.sessions?.devices.map(({ deviceId }) => deviceId) ?? [])
    appendAudit(db, { at: Date.now(), event: 'account_imported', detail: { pds: account.pdsDid } })
    return true
  })
}

function insertAll(db: Db, appPasswords: ImportedAccount['appPasswords']): void {
  for (const appPassword of appPasswords) insertAppPassword(db, appPassword)
}
