import type { Basis } from '../../actors/account/basis.ts'
import type { AppPassword } from '../../database/account/app_password.ts'
import type { AccountRow } from '../../database/account/profile.ts'
import { calledFrom } from '../../http/requester.ts'
import { notify, occasionNow } from '../notices/notice.ts'
import type { Services } from '../services/services.ts'

/**
 * Makes an app password, and tells the owner of the account by mail.
 *
 * @param form id of the form, which may be sent again
 * @returns with the password itself, which is nowhere else
 * @throws {Refusal} InvalidRequest where the name cannot be used, or there are too many; SignedOut,
 *   ProofRequired
 */
export async function createAppPassword(
  services: Services,
  account: AccountRow,
  { name, privileged }: Pick<AppPassword, 'name' | 'privileged'>,
  basis: Basis,
  form?: string,
): Promise<AppPassword & { password: string }> {
  const made = await services.actors
    .account(account.did)
    .createAppPassword(name, privileged, basis, { address: calledFrom()?.address, form })
  notify(services, 'appPasswordCreated', account, occasionNow())
  return made
}
