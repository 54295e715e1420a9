import { type Basis, refuseTakenDown } from '../../actors/account/basis.ts'
import { accountNotFound, LeftForLaterError, Refusal, UnavailableError } from '../../base/errors.ts'
import { outlasting } from '../../base/time/in_time.ts'
import type { Log } from '../../base/watching/log.ts'
import type { AccountRow } from '../../database/account/profile.ts'
import { calledFrom } from '../../http/requester.ts'
import { assertOldPassword } from '../../passwords/old_password.ts'
import { PdsRefusal } from '../../pds/client.ts'
import { requireAccount } from '../accounts/accounts.ts'
import type { Services } from '../services/services.ts'
import { isWrongCode } from '../sign_in/second_factor.ts'
import { recordGuess } from '../sign_in/sign_in.ts'
import { changeStanding } from './standing_change.ts'

/**
 * Deactivates an account, here and on its PDS ({@link changeStanding}). Its owner gets a mail.
 *
 * @param options.deleteAfter ISO 8601
 * @param options.deleteCredentials whether what apps hold goes with it: sessions, app passwords
 * @param basis the sign-in that asks for it; null for the operator
 * @throws {Refusal} InvalidRequest for a time that cannot be read, SignedOut
 * @throws {PdsRefusal | LeftForLaterError}
 */
export async function deactivateAccount(
  services: Services,
  did: string,
  { deleteAfter, deleteCredentials }: { deleteAfter: string | null; deleteCredentials: boolean },
  basis: Basis | null,
): Promise<AccountRow> {
  const at = deleteAfter === null ? null : readTime(deleteAfter)
  return changeStanding(
    services,
    did,
    { deactivated: { deleteAfter: at, deleteCredentials } },
    basis,
  )
}

/** The lexicon takes times that JavaScript has none for, such as a leap second. @returns ms since the epoch */
function readTime(written: string): number {
  const at = Date.parse(written)
  if (!Number.isNaN(at)) return at
  throw new Refusal('InvalidRequest', 'Write the time as 2030-01-01T00:00:00Z: it cannot be read')
}

/** As {@link deactivateAccount}. @throws {Refusal} AccountTakedown, too */
export async function activateAccount(
  services: Services,
  did: string,
  basis: Basis | null,
): Promise<AccountRow> {
  refuseTakenDown(await requireAccount(services, did))
  return changeStanding(services, did, { deactivated: null }, basis)
}

/** Takes an account down, for the operator, or lifts that. @param ref what to remember of the reason; null lifts it */
export async function takeDownAccount(
  services: Services,
  did: string,
  ref: string | null,
): Promise<void> {
  await changeStanding(services, did, { takedownRef: ref }, null)
}

/** Has the PDS tell the network how an account stands, as it does when that changes. */
export async function announceStanding(services: Services, did: string): Promise<void> {
  const account = await requireAccount(services, did)
  const pds = await services.pds(account.pdsDid)
  await pds.updateStatus(did, {})
}

/**
 * Deletes an account for its owner, who has to give the password and a mailed code. What was wrong is recorded, as
 * that of a sign-in.
 *
 * @param asker who is signed in is told that the account has no password
 * @throws {Refusal} AccountNotFound, AuthenticationRequired, NoPassword, InvalidToken, ExpiredToken
 */
export async function deleteOwnAccount(
  services: Services,
  typed: string,
  { password, token }: { password: string; token: string },
  asker: 'signed in' | 'anybody',
): Promise<void> {
  assertOldPassword(password)
  const { did } = await requireAccount(services, typed, ['did'])
  const account = services.actors.account(did)
  const client = { address: calledFrom()?.address }
  const isRight = await account.mayDelete(password, token).catch(async (err) => {
    if (isWrongCode(err)) await recordGuess(services, did, 'second factor', client)
    throw err
  })
  if (!isRight) {
    await recordGuess(services, did, 'password', client)
    if (asker === 'signed in' && !(await account.listFactors()).password) {
      throw new Refusal('NoPassword', 'The account has no password: set one first')
    }
    throw new Refusal('AuthenticationRequired', 'Invalid did or password')
  }
  await deleteAccount(services, did)
}

const DELETED_LATER =
  'The deletion is on record: the account will be deleted once what it takes answers. You need not ask again'

/**
 * Deletes an account. What was decided is recorded before it is tried, so that it happens even when
 * the PDS does not answer now.
 *
 * @throws {Refusal} AccountNotFound
 * @throws {LeftForLaterError}
 */
export async function deleteAccount(services: Services, did: string): Promise<void> {
  const { directory } = services.actors
  const entry = await directory.find(did)
  if (!entry) throw accountNotFound()
  await directory.beginDeletion(entry.did, Date.now())
  await outlasting(() => finishDeletion(services, entry.did)).catch((err) => {
    throw err instanceof UnavailableError ? new LeftForLaterError(DELETED_LATER, err) : err
  })
}

/** Accounts of which a PDS has said that it is done, while the rest is not: each by its DID and when it was made. */
const deletedThere = new WeakMap<Log, Set<string>>()

/**
 * Deletes an account on the PDS, then its own records, its names last; each step may be repeated. A PDS that was
 * interrupted in it may say that it has no such account, and still have its posts, and have told nobody. So it is told
 * again until it has said that it is done, and then no more: it tells the network each time.
 *
 * @throws {UnavailableError} when the PDS does not answer
 */
export async function finishDeletion(services: Services, did: string): Promise<void> {
  const { account, directory } = services.actors
  // Not the account's own records: they may be gone already.
  const entry = await directory.find(did)
  if (!entry) return
  const done = deletedThere.get(services.log) ?? new Set()
  deletedThere.set(services.log, done)
  const which = `${did} ${entry.createdAt}`
  if (!done.has(which)) await deleteThere(services, did, entry.pdsDid)
  done.add(which)
  // Another deletion of it may be done by now, and somebody may have come back by the same DID.
  if ((await directory.find(did))?.createdAt === entry.createdAt) {
    await account(did).erase()
    await directory.removeAccount(did)
  }
  done.delete(which)
}

async function deleteThere(services: Services, did: string, pdsDid: string): Promise<void> {
  const pds = await services.pds(pdsDid)
  await pds.deleteAccount(did).catch(async (err) => {
    if (!(err instanceof PdsRefusal)) throw err
    // It may refuse this for what it does not have.
    if ((await pds.readStanding(did)) === null) return
    await services.actors.directory.abandonDeletion(did)
    throw new Refusal('InvalidRequest', `The PDS refused to delete the account: ${err.message}`)
  })
}
