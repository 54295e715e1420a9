import type { Basis } from '../../actors/account/basis.ts'
import { Refusal } from '../../base/errors.ts'
import { FAILED_SIGN_IN } from '../../base/lifetimes.ts'
import type { ProvenBy } from '../../database/account/proof.ts'
import { noteSentCode } from '../../http/attempt.ts'
import { assertOldPassword } from '../../passwords/old_password.ts'
import { requireAccount } from '../accounts/accounts.ts'
import { sendEmailCode } from '../notices/email_code.ts'
import type { Services } from '../services/services.ts'
import type { AnsweredChallenge } from './passkey_challenge.ts'
import { isWrongCode, proveFactor, provePasskey } from './second_factor.ts'
import { checkPassword, recordGuess, type SignInAttempt } from './sign_in.ts'

/**
 * Has a person who is signed in prove again that they are who signed in, with the password: before what
 * a browser that was left open, or a thief of its cookies, must not do. It counts for that device and for
 * a moment (`PROOF_AGAIN`).
 *
 * @param attempt where it comes from, as for the audit trail of a sign-in
 * @throws {Refusal} AuthenticationRequired for a wrong password, InvalidPassword, SignedOut
 */
export async function proveAgain(
  services: Services,
  did: string,
  attempt: Pick<SignInAttempt, 'password' | 'address'> & { deviceId: string },
  basis: Basis,
): Promise<void> {
  assertOldPassword(attempt.password)
  const policy = { appPasswords: 'refused', takenDown: 'refused' } as const
  await checkPassword(
    services,
    { ...attempt, identifier: did },
    { ...policy, failureTakes: FAILED_SIGN_IN },
  )
  await recordProof(services, did, attempt.deviceId, 'any', basis)
}

/**
 * The same with a second factor in the place of the password: a code, or a passkey.
 *
 * @throws {Refusal} InvalidToken, ExpiredToken, RateLimitExceeded, SignedOut
 */
export async function proveAgainByFactor(
  services: Services,
  did: string,
  attempt: { factor: string | AnsweredChallenge; address: string; deviceId: string },
  basis: Basis,
): Promise<void> {
  const { factor } = attempt
  const isCode = typeof factor === 'string'
  const proven = isCode
    ? proveFactor(services, did, factor, basis, null)
    : provePasskey(services, did, factor, basis, null)
  await proven.catch(async (err) => {
    if (isWrongCode(err)) await recordGuess(services, did, 'second factor', attempt)
    throw err
  })
  await recordProof(services, did, attempt.deviceId, isCode ? 'any' : 'passkey', basis)
}

/**
 * Records that they have, on a device: also a sign-in that was asked for on the way to what asks for a proof.
 *
 * @param by how they signed in, or proved it
 * @throws {Refusal} SignedOut
 */
export async function recordProof(
  { actors, endReplaced }: Pick<Services, 'actors' | 'endReplaced'>,
  did: string,
  deviceId: string,
  by: ProvenBy,
  basis: Basis,
): Promise<void> {
  await endReplaced(deviceId)
  await actors.account(did).proveOn(deviceId, by, basis)
}

/**
 * Mails a code for that.
 *
 * @param locale BCP 47 tag
 * @throws {Refusal} InvalidRequest where the account asks for none by mail; RateLimitExceeded, SignedOut
 * @throws {MailError}
 */
export async function sendProofCode(
  services: Services,
  did: string,
  locale: string | undefined,
  basis: Basis,
): Promise<void> {
  const account = await requireAccount(services, did, ['did'])
  if (!account.emailAuthFactor) throw new Refusal('InvalidRequest', 'No code is sent by mail')
  await sendEmailCode(services, account, 'sign_in', locale, basis)
  noteSentCode()
}

/** A sign-in that counts only where it was proven again on its device. @param by what it has to be */
export function provenOn(deviceId: string, basis: Basis, by: ProvenBy = 'any'): Basis {
  const proven = { ...basis, proof: deviceId }
  return by === 'any' ? proven : { ...proven, provenBy: by }
}

/** Whether that was a moment ago. @throws {Refusal} SignedOut, AccountTakedown, AccountNotFound */
export async function isProven(
  { actors }: Pick<Services, 'actors'>,
  did: string,
  deviceId: string,
  basis: Basis,
  by: ProvenBy,
): Promise<boolean> {
  try {
    await actors.account(did).assertGood(provenOn(deviceId, basis, by))
    return true
  } catch (err) {
    if (err instanceof Refusal && err.code === 'ProofRequired') return false
    throw err
  }
}
