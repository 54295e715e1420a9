import { ForbiddenError, InvalidRequestError } from '@atproto/xrpc-server'
import type { AccountOfSession } from '../actors/account/sessions.ts'
import type { AccountRow } from '../database/account/profile.ts'
import type { Services } from '../sagas/services.ts'

/** The account of a DID, in whatever state it is. */
export async function findAccount(
  { actors }: Pick<Services, 'actors'>,
  did: string,
): Promise<AccountRow | null> {
  // An account actor comes into being when it is asked, so only those that exist are.
  const entry = await actors.directory.find(did)
  return entry && actors.account(entry.did).read()
}

/** The account that a token is of. @throws {ForbiddenError} AccountNotFound */
export async function knownAccount(services: Services, did: string): Promise<AccountRow> {
  const account = await findAccount(services, did)
  if (!account) throw noAccount()
  return account
}

/**
 * The account that an access JWT is of, and whether its session is still there.
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

/** The account that a request names by handle or DID. @throws {InvalidRequestError} */
export async function namedAccount(
  { actors }: Services,
  name: string,
  refusal: { message: string; error?: string },
): Promise<AccountRow> {
  const entry = await actors.directory.find(name, ['did', 'handle'])
  const account = entry && (await actors.account(entry.did).read())
  if (!account) throw new InvalidRequestError(refusal.message, refusal.error)
  return account
}
