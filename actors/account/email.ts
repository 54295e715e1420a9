import { invalidToken, Refusal } from '../../base/errors.ts'
import { appendAudit } from '../../database/account/audit.ts'
import {
  checkEmailToken,
  deleteAllEmailTokens,
  deleteEmailToken,
  type EmailTokenPurpose,
  endFormerEmailToken,
  putEmailToken,
} from '../../database/account/email_token.ts'
import * as profile from '../../database/account/profile.ts'
import { type Db, transact } from '../../database/database.ts'
import { isSameSubject } from '../../identity/subject.ts'
import { randomCode, readCode } from '../../passwords/mailed_code.ts'
import { assertGood, type Basis, existing } from './basis.ts'
import { endSignInsUnderWay } from './endings.ts'
import type { MadeBy } from './idempotent_forms.ts'
import { endUseless } from './recovery_codes.ts'

/** A code to be mailed, and when it was made (ms), by the clock of the account. */
export type IssuedToken = { token: string; requestedAt: number }

/**
 * A new code for `purpose`; the one before it is good until {@link noteSent}.
 *
 * @param email where the code will be sent. It has to be the address of now: a code proves that a
 *   person reads the mails of the account, and another one's former address proves nothing.
 * @throws {Refusal} InvalidRequest, SignedOut
 */
export function issueToken(
  db: Db,
  purpose: EmailTokenPurpose,
  basis: Basis | null,
  email: string,
): IssuedToken {
  return transact(db, () => {
    if (assertGood(db, basis).email !== email) throw addressChanged()
    const issued = { token: randomCode(), requestedAt: Date.now() }
    putEmailToken(db, purpose, issued.token, issued.requestedAt)
    return issued
  })
}

/** The mail with a code has left: the code before it ends. */
export function noteSent(
  db: Db,
  purpose: EmailTokenPurpose,
  { token, requestedAt }: IssuedToken,
): void {
  transact(db, () => endFormerEmailToken(db, purpose, token, requestedAt))
}

/** @throws {Refusal} InvalidToken, ExpiredToken */
export function checkToken(db: Db, purpose: EmailTokenPurpose, token: string): void {
  const state = checkEmailToken(db, purpose, readCode(token), Date.now())
  if (state === 'invalid') throw invalidToken()
  if (state === 'expired') throw new Refusal('ExpiredToken', 'Token is expired')
}

/** Checks a code and ends it. @throws {Refusal} InvalidToken, ExpiredToken, SignedOut */
export function spendToken(
  db: Db,
  purpose: EmailTokenPurpose,
  token: string,
  basis: Basis | null,
): void {
  transact(db, () => {
    assertGood(db, basis)
    checkToken(db, purpose, token)
    deleteEmailToken(db, purpose)
  })
}

/** @throws {Refusal} InvalidEmail, InvalidToken, ExpiredToken, SignedOut */
export function confirm(db: Db, email: string, token: string, basis: Basis): profile.AccountRow {
  return transact(db, () => {
    if (!isSameSubject(assertGood(db, basis).email, email)) {
      throw new Refusal('InvalidEmail', 'invalid email')
    }
    spendToken(db, 'confirm_email', token, basis)
    profile.setEmailConfirmed(db, Date.now())
    appendAudit(db, { at: Date.now(), event: 'email_confirmed', detail: {} })
    return existing(db)
  })
}

/**
 * Changes the address with the code that went to the old one, which is needed once that was
 * confirmed. Every other open code ends, since it went to the old address.
 *
 * @throws {Refusal} TokenRequired, InvalidToken, ExpiredToken, SignedOut
 */
export function change(
  db: Db,
  email: string,
  token: string | null,
  basis: Basis,
): profile.AccountRow {
  return transact(db, () => {
    if (assertGood(db, basis).emailConfirmedAt !== null) requireToken(token)
    if (token) spendToken(db, 'update_email', token, basis)
    return set(db, email)
  })
}

/** Changes the address without a code: for the operator. The code by mail is switched off with that. */
export function set(db: Db, email: string): profile.AccountRow {
  return transact(db, () => {
    const before = existing(db)
    profile.setEmail(db, email.toLowerCase())
    deleteAllEmailTokens(db)
    appendAudit(db, { at: Date.now(), event: 'email_changed', detail: { from: before.email } })
    if (before.emailAuthFactor) setAuthFactor(db, false, {})
    return existing(db)
  })
}

/**
 * Switches the code by mail, on for a confirmed address. To be called inside a transaction.
 *
 * @throws {Refusal} InvalidRequest
 */
export function setAuthFactor(db: Db, on: boolean, by: MadeBy): void {
  if (on && existing(db).emailConfirmedAt === null) throw unconfirmed()
  profile.setEmailAuthFactor(db, on)
  endUseless(db)
  endSignInsUnderWay(db, by.deviceId)
  appendAudit(db, { at: Date.now(), event: 'email_auth_factor', detail: { on, ...by } })
}

function addressChanged(): Refusal {
  return new Refusal('InvalidRequest', 'The email address was changed meanwhile. Try again.')
}

function unconfirmed(): Refusal {
  return new Refusal('InvalidRequest', 'Confirm the email address before it becomes a factor')
}

/** @throws {Refusal} TokenRequired */
export function requireToken(token: string | null): void {
  if (!token) throw new Refusal('TokenRequired', 'confirmation token required')
}
