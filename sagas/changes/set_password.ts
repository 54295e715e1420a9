import type { AccountRow } from '../../database/account/profile.ts'
import { notify } from '../notices/notice.ts'
import type { Services } from '../services/services.ts'

/**
 * Sets a password for the owner of an account: by the operator, or by who administers its PDS. All sessions end, and the
 * owner gets a mail.
 *
 * @param account as it was before
 * @param appPasswords whether those end, too
 * @throws {Refusal} AccountNotFound
 */
export async function setPassword(
  services: Services,
  account: AccountRow,
  password: string,
  appPasswords: 'kept' | 'ended',
): Promise<void> {
  await services.actors.account(account.did).changePassword(password, appPasswords)
  notify(services, 'passwordChanged', account, null)
}
