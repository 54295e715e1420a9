import { accountNotFound } from '../../base/errors.ts'
import { type AccountRow, isActive } from '../../database/account/profile.ts'
import type { SubjectKind } from '../../identity/subject.ts'
import type { Services } from '../services/services.ts'

/**
 * The account that is named, also when it is deactivated or taken down. From here on its own DID is
 * used, not what was typed: asking an account actor creates it, with a database. So only those are
 * asked that the directory knows.
 *
 * @param kinds by which names it may be found; by all unless given
 */
export async function findAccount(
  { actors }: Pick<Services, 'actors'>,
  typed: string,
  kinds?: readonly SubjectKind[],
): Promise<AccountRow | null> {
  const entry = await actors.directory.find(typed, kinds)
  return entry && actors.account(entry.did).read()
}

/** The account that a handle points to: as at the reference, one that is not active has no handle. */
export async function findByHandle(
  services: Pick<Services, 'actors'>,
  handle: string,
): Promise<AccountRow | null> {
  const account = await findAccount(services, handle, ['handle'])
  return account && isActive(account) ? account : null
}

/** As {@link findAccount}. @throws {Refusal} AccountNotFound */
export async function requireAccount(
  services: Pick<Services, 'actors'>,
  typed: string,
  kinds?: readonly SubjectKind[],
): Promise<AccountRow> {
  const account = await findAccount(services, typed, kinds)
  if (!account) throw accountNotFound()
  return account
}
