import { accountNotFound } from '../base/errors.ts'
import type { AccountRow } from '../database/account/profile.ts'
import { findAccount as find } from '../sagas/accounts.ts'
import type { Services } from '../sagas/services.ts'

/** @param name handle, DID or e-mail address, as typed @throws {Refusal} AccountNotFound */
export async function findAccount(services: Services, name: string): Promise<AccountRow> {
  const account = await find(services, name)
  if (!account) {
    throw accountNotFound(`No account ${name} here; \`vestibule account list\` shows them`)
  }
  return account
}
