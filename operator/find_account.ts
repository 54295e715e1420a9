import { z } from 'zod'
import { Refusal } from '../base/errors.ts'
import type { AccountRow } from '../database/account/profile.ts'
import type { Services } from '../sagas/services.ts'

/** A handle, DID or e-mail address, as typed. */
export const accountName = z.string().min(1).max(512)

/** @throws {Refusal} AccountNotFound */
export async function findAccount({ actors }: Services, name: string): Promise<AccountRow> {
  const entry = await actors.directory.find(name)
  const account = entry && (await actors.account(entry.did).read())
  if (!account) throw new Refusal('AccountNotFound', `No account ${name} here`)
  return account
}
