import { ForbiddenError, InvalidRequestError } from '@atproto/xrpc-server'
import type { AccountOfSession } from '../actors/account/sessions.ts'
import type { AccountRow } from '../database/account/profile.ts'
import { findAccount } from '../sagas/accounts/accounts.ts'
import type { Services } from '../sagas/services/services.ts'

/** The account that a token is of. @throws {ForbiddenError} AccountNotFound */
export async function knownAccount(services: Services, did: string): Promise<AccountRow> {
  const account = await findAccount(services, did, ['did'])
  if (!account) throw noAccount()
  return account
}

/**
 * The account that an access JWT is of, and whether its legacy session is still open.
 *
 * @throws {ForbiddenError} AccountNotFound
 */
export async function accountOfSession(
  { actors }: Services,
  { did, sessionId }: { did: string; sessionId: string | null },
): Promise<AccountOfSession> {
  const entry = await actors.directory.find(did)
  const found = entry && (await actors.account(entry.did).readWithSession(sessionId))
  if (!found) throw noAccount()
  return found
}

const noAccount = () => new ForbiddenError('Account not found', 'AccountNotFound')

/**
 * The account that a request names by handle or DID.
 *
 * @param missing what the reference says in this method where there is none
 * @throws {InvalidRequestError}
 */
export async function namedAccount(
  services: Services,
  name: string,
  missing: { message: string; error?: string } = {
    message: 'Account not found',
    error: 'NotFound',
  },
): Promise<AccountRow> {
  const account = await findAccount(services, name, ['did', 'handle'])
  if (!account) throw new InvalidRequestError(missing.message, missing.error)
  return account
}
