import { appendAudit } from '../../database/account/audit.ts'
import { type AccountRow, isActive } from '../../database/account/profile.ts'
import { type Db, transact } from '../../database/database.ts'
import { assertGood, type Basis } from './basis.ts'
import type { EndedBy } from './sessions.ts'

/** Whether an account may have invite codes of its own. */
export function mayInvite(
  account: Pick<AccountRow, 'takedownRef' | 'deactivatedAt' | 'invitesDisabled'>,
): boolean {
  return isActive(account) && !account.invitesDisabled
}

/**
 * Says of codes that were just made whether they may be given to who asked for them.
 *
 * @throws {Refusal} AccountNotFound, AccountTakedown, SignedOut
 */
export function noteMade(db: Db, count: number, basis: Basis, by: EndedBy): boolean {
  return transact(db, () => {
    if (!mayInvite(assertGood(db, { ...basis, mayBeTakenDown: false }))) return false
    appendAudit(db, { at: Date.now(), event: 'invites_made', detail: { count, ...by } })
    return true
  })
}
