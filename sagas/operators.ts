import { randomBytes } from 'node:crypto'
import type { Basis } from '../actors/account/basis.ts'
import { Refusal } from '../base/errors.ts'
import { OPERATOR_LINK, PROOF_AGAIN } from '../base/lifetimes.ts'
import type { AccountRow } from '../database/account/profile.ts'
import type { OperatorGround } from '../database/directory/operator_session.ts'
import { kindsOf } from '../factors/kinds.ts'
import { listFactors } from './factors/factors.ts'
import { recordAudit } from './notices/audit.ts'
import { notify } from './notices/notice.ts'
import type { Services } from './services/services.ts'

/** Who acts as the operator, as audit trails name it, and from where. */
export type ActingOperator = {
  /**
   * An account's handle and DID, `a link of` it, `a link`, or `the command line`; by XRPC `the admin password`, one `of` a
   * PDS, or a moderation service.
   */
  operator: string
  /** Null on the command line. */
  operatorAddress: string | null
}

export const COMMAND_LINE: ActingOperator = { operator: 'the command line', operatorAddress: null }

/** Who is in on the operator's page. */
export type OperatorSession = {
  /** Null where a link of the command line opened it. */
  account: AccountRow | null
  isByLink: boolean
  /** What it rests on, also when the person proved who they are. */
  ground: OperatorGround
}

type Parts = Pick<Services, 'actors'>

const newSecret = () => randomBytes(32).toString('base64url')

/**
 * Lets an account use the operator's page. Its owner is told before that: where the answer to it is lost, the command that is
 * given again finds an operator, and tells nobody.
 *
 * @returns whether it is new
 */
export async function addOperator(
  services: Services,
  account: AccountRow,
  by: ActingOperator,
): Promise<boolean> {
  const { did } = account
  const { directory } = services.actors
  const tell = async () => {
    await recordAudit(services, did, 'operator_added', { ...by })
    notify(services, 'operatorAdded', account, null)
  }
  const wasOne = await directory.isOperator(did)
  if (!wasOne) await tell()
  const isNew = await directory.addOperator(did, Date.now())
  // It was taken back meanwhile.
  if (isNew && wasOne) await tell()
  return isNew
}

/** Takes that back, and ends its sessions there. @returns false where it was none */
export async function removeOperator(
  services: Services,
  account: AccountRow,
  by: ActingOperator,
): Promise<boolean> {
  const { did } = account
  const wasOne = await services.actors.directory.removeOperator(did)
  if (wasOne) {
    await recordAudit(services, did, 'operator_removed', { ...by })
    notify(services, 'operatorRemoved', account, null)
  }
  return wasOne
}

/**
 * A link that opens the page once. Who comes in by it rests on what the session does in which it was printed, so that
 * nobody is in by links for longer.
 *
 * @param printed null on the command line
 * @returns what stands in it, and until when it is good, ms
 * @throws {Refusal} SignedOut
 */
export async function makeOperatorLink({ actors }: Parts, printed: OperatorGround | null) {
  const [secret, now] = [newSecret(), Date.now()]
  if (!(await actors.directory.putOperatorLink(secret, printed, now))) {
    throw new Refusal('SignedOut', 'You are no operator any more')
  }
  return { secret, expiresAt: now + OPERATOR_LINK }
}

/**
 * Opens the page for who has just signed in with a second factor or a passkey.
 *
 * @param since when, ms
 * @returns the secret of the session; null where the account is no operator
 * @throws {Refusal} SignedOut, AccountTakedown
 */
export async function enterAsOperator(
  services: Services,
  did: string,
  { basis, since, address }: { basis: Basis; since: number; address: string },
): Promise<string | null> {
  await services.actors.account(did).assertGood(basis)
  const secret = newSecret()
  const session = { did, basis: JSON.stringify(basis), begunAt: since }
  if (!(await services.actors.directory.openOperatorSession(secret, session, Date.now())))
    return null
  await recordAudit(services, did, 'operator_entered', { address })
  return secret
}

/** The same by a link, which is spent. @returns null where it is not good */
export async function enterByLink({ actors }: Parts, link: string): Promise<string | null> {
  const secret = newSecret()
  const isIn = await actors.directory.openOperatorSessionByLink(secret, link, Date.now())
  return isIn ? secret : null
}

/** Who is in; null where the session is over, or the sign-in that it rests on. */
export async function findOperatorSession(
  { actors }: Parts,
  secret: string,
): Promise<OperatorSession | null> {
  const session = await actors.directory.useOperatorSession(secret, Date.now())
  if (!session) return null
  const { isByLink, ...ground } = session
  const { did, basis } = ground
  if (did === null || basis === null) return { account: null, isByLink, ground }
  try {
    const account = await actors.account(did).assertGood(JSON.parse(basis))
    return { account, isByLink, ground }
  } catch (err) {
    if (!(err instanceof Refusal)) throw err
    await actors.directory.endOperatorSession(secret)
    return null
  }
}

/** Whether an account asks for more than its password, or signs in without. */
export async function hasSecondFactor(services: Services, did: string): Promise<boolean> {
  return kindsOf(await listFactors(services, did)).length > 0
}

/** Whether it was proven a moment ago who is in: before what a stolen session must not do. */
export function isFresh({ ground }: OperatorSession): boolean {
  return Date.now() - ground.begunAt <= PROOF_AGAIN
}

/** Who is in, as the page names them. */
export function nameOf({ account, isByLink }: OperatorSession): string {
  return named(account && (account.handle ?? account.did), isByLink)
}

/** The same as trails name them, in which a handle may be another's by the time that they are read. */
export function trailNameOf({ account, isByLink }: OperatorSession): string {
  const isBoth = account !== null && account.handle !== null
  return named(isBoth ? `${account.handle} (${account.did})` : (account?.did ?? null), isByLink)
}

function named(name: string | null, isByLink: boolean): string {
  if (name === null) return 'a link'
  return isByLink ? `a link of ${name}` : name
}
