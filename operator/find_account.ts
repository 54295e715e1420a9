import { accountNotFound, type Refusal } from '../base/errors.ts'
import type { AccountRow } from '../database/account/profile.ts'
import type { DirectoryEntry } from '../database/directory/account.ts'
import { withoutScheme } from '../identity/subject.ts'
import { findAccount as find } from '../sagas/accounts/accounts.ts'
import type { Services } from '../sagas/services/services.ts'

/** @param name handle, DID or e-mail address, as typed @throws {Refusal} AccountNotFound */
export async function findAccount(services: Services, name: string): Promise<AccountRow> {
  const account = await find(services, withoutScheme(name))
  if (!account) throw unknown(name)
  return account
}

/** What the directory knows of it, also where its own records are lost. @throws {Refusal} AccountNotFound */
export async function findEntry({ actors }: Services, name: string): Promise<DirectoryEntry> {
  const entry = await actors.directory.find(withoutScheme(name))
  if (!entry) throw unknown(name)
  return entry
}

function unknown(name: string): Refusal {
  return accountNotFound(`No account ${name} here; \`vestibule account list\` shows them`)
}
