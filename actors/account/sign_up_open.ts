import { SIGN_IN_STEP } from '../../base/lifetimes.ts'
import { listAudit } from '../../database/account/audit.ts'
import { listAuthorizedClients } from '../../database/account/authorized_client.ts'
import type { AccountRow } from '../../database/account/profile.ts'
import { listSessions } from '../../database/account/session.ts'
import type { Db } from '../../database/database.ts'

/**
 * Whether an account is as its sign-up has left it a moment ago. Who has let an app in, or has signed out, has seen the
 * answer to it.
 */
export function isSignUpOpen(db: Db, { createdAt }: Pick<AccountRow, 'createdAt'>): boolean {
  return (
    Date.now() - createdAt <= SIGN_IN_STEP &&
    listAudit(db, 2).length === 1 &&
    listAuthorizedClients(db).length === 0 &&
    listSessions(db).length === 0
  )
}
