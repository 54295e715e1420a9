import {
  accountNotFound,
  accountTakenDown,
  Refusal,
  signedOutMeanwhile,
} from '../../base/errors.ts'
import { type AppPasswordId, hasAppPassword } from '../../database/account/app_password.ts'
import { readDeviceAccount } from '../../database/account/device.ts'
import { isLegacySessionOpen } from '../../database/account/legacy_session.ts'
import { type AccountRow, readAccount } from '../../database/account/profile.ts'
import { hasProof, type ProvenBy } from '../../database/account/proof.ts'
import { type GivenToClient, isSignedOutSince } from '../../database/account/signed_out_client.ts'
import type { Db } from '../../database/database.ts'

/**
 * The sign-in that a grant rests on, as it was when it was proven. Between that and the grant lie
 * other calls, so the grant looks again: see {@link assertGood}.
 */
export type Basis = {
  /** The account's, read together with what was proven. */
  generation: number
  /** The legacy session whose access JWT was shown. */
  session?: string
  /** The device on which the account is signed in. */
  device?: string
  /** The app password that was given. */
  appPassword?: AppPasswordId
  /** The device on which it was proven again, a moment ago, that it is the person (`PROOF_AGAIN`). */
  proof?: string
  /** By what that has to be; by anything unless given. */
  provenBy?: ProvenBy
  /** The app to which the person consented with it: nothing more comes of that once they have signed the app out. */
  consent?: GivenToClient
  /** Whether it is good for an account that was taken down, too. */
  mayBeTakenDown?: boolean
}

/** The account. @throws {Refusal} AccountNotFound */
export function existing(db: Db): AccountRow {
  const account = readAccount(db)
  if (!account) throw accountNotFound()
  return account
}

/**
 * The one place that says whether a sign-in is still good. Each grant of an account calls this in its
 * own transaction. So an ending (`endings.ts`) comes either before the grant, which then sees it, or
 * after it, and ends the grant as well.
 *
 * @param basis null where no sign-in is behind it: the operator asks, or a code from a mail
 * @throws {Refusal} AccountNotFound, AccountTakedown, SignedOut
 */
export function assertGood(db: Db, basis: Basis | null): AccountRow {
  const account = existing(db)
  const refusal = basis === null ? null : refusalOf(db, account, basis)
  if (refusal) throw refusal
  return account
}

/** @throws {Refusal} AccountTakedown */
export function refuseTakenDown({ takedownRef }: Pick<AccountRow, 'takedownRef'>): void {
  if (takedownRef !== null) throw accountTakenDown()
}

/** Why a sign-in to an account, as it was just read, is not good any more; or null. */
export function refusalOf(db: Db, account: AccountRow, basis: Basis): Refusal | null {
  if (account.takedownRef !== null && !basis.mayBeTakenDown) {
    return accountTakenDown()
  }
  const { generation, session, device, appPassword, consent, proof, provenBy = 'any' } = basis
  const isGood =
    generation === account.generation &&
    (session === undefined || isLegacySessionOpen(db, session, Date.now())) &&
    (device === undefined || readDeviceAccount(db, device) !== null) &&
    (appPassword === undefined || hasAppPassword(db, appPassword)) &&
    (consent === undefined || !isSignedOutSince(db, consent, Date.now()))
  if (!isGood) return signedOutMeanwhile()
  const isProven = proof === undefined || hasProof(db, proof, provenBy, Date.now())
  return isProven ? null : new Refusal('ProofRequired', 'Prove again that it is you')
}

/** The same sign-in, after something it did itself began a new generation. */
export function renewed(basis: Basis, { generation }: AccountRow): Basis {
  return { ...basis, generation }
}
