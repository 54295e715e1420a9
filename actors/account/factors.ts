import { Refusal } from '../../base/errors.ts'
import { TOTP_BEGUN } from '../../base/lifetimes.ts'
import { type AuditEntry, appendAudit } from '../../database/account/audit.ts'
import { readFactors } from '../../database/account/factors.ts'
import type { AccountRow } from '../../database/account/profile.ts'
import { deleteAllRecoveryCodes } from '../../database/account/recovery_code.ts'
import * as totps from '../../database/account/totp.ts'
import { type Db, transact } from '../../database/database.ts'
import { type FactorKind, type Factors, kindsOf, type Proof } from '../../factors/kinds.ts'
import { randomTotpSecret } from '../../factors/totp.ts'
import { assertGood, type Basis, existing } from './basis.ts'
import { requireToken, setAuthFactor, spendToken } from './email.ts'
import { endSignInsUnderWay } from './endings.ts'
import { type MadeBy, madeBefore } from './idempotent_forms.ts'
import { type Arrival, arrive } from './known_devices.ts'
import { loginTo, type RecordedLogin } from './login.ts'
import * as recoveryCodes from './recovery_codes.ts'
import { spendCode, spendTotp } from './second_factor.ts'
import type { EndedBy } from './sessions.ts'

/** After a change of a factor. */
export type FactorsChanged = {
  /** False where it was so already. */
  isChanged: boolean
  /** As it is now: a change began a new generation. */
  account: AccountRow
  /** Those that were made with it, to be shown once. */
  recoveryCodes: string[] | null
  /** Whether it was changed before by the same form, and new recovery codes alone were made. */
  isAgain?: true
}

type ChangedBy = MadeBy & { by?: 'operator' }

export function list(db: Db): Factors {
  existing(db)
  return readFactors(db)
}

/**
 * Proves with the code of a second factor who it is, where nothing else is written upon it. The form of a sign-in that
 * its code has finished before finishes it again.
 *
 * @param arrival the sign-in that it finishes, which is recorded with it; null where it finishes none
 * @throws {Refusal} InvalidToken, ExpiredToken, SignedOut, AccountTakedown
 */
export function prove(db: Db, proof: Proof, basis: Basis, arrival: Arrival | null): RecordedLogin {
  return transact(db, () => {
    const account = assertGood(db, basis)
    // RFC 6238 section 5.2: a code of an authenticator counts once. The next one comes by itself.
    const isAgain = proof.kind !== 'totp' && madeBefore(db, arrival?.detail ?? {}) !== null
    if (isAgain) return { ...loginTo(db, account), isTold: false, isAgain }
    spendCode(db, proof)
    const isTold = arrival !== null && arrive(db, account, arrival)
    return { ...loginTo(db, account), isTold }
  })
}

/**
 * A secret for an authenticator, which counts from {@link confirmTotp} on. It leaves the account once,
 * here.
 *
 * @throws {Refusal} InvalidRequest when there is an authenticator, SignedOut
 */
export function beginTotp(db: Db, basis: Basis): string {
  return transact(db, () => {
    assertGood(db, basis)
    if (readFactors(db).totp) {
      throw new Refusal('InvalidRequest', 'There is an authenticator already; remove it first')
    }
    const secret = randomTotpSecret()
    totps.putTotp(db, secret, Date.now())
    return secret
  })
}

/**
 * @param begun the secret that the person was shown; the last that was begun unless given
 * @throws {Refusal} InvalidToken; ExpiredToken when none was begun, too long ago, or another since; SignedOut
 */
export function confirmTotp(
  db: Db,
  code: string,
  basis: Basis,
  by: MadeBy = {},
  begun?: string,
): FactorsChanged {
  return transact(db, () => {
    const account = assertGood(db, basis)
    const before = madeBefore(db, by)
    if (before) return changedAgain(db, account, before, by)
    const now = Date.now()
    const totp = totps.readTotp(db)
    const isOther = begun !== undefined && totp?.secret !== begun
    if (!totp || isOther || totp.addedAt !== null || now - totp.begunAt > TOTP_BEGUN) {
      throw new Refusal('ExpiredToken', 'Begin again: this authenticator was not confirmed in time')
    }
    spendTotp(db, code, totp)
    totps.setTotpAdded(db, now)
    const codes = recoveryCodes.makeFirst(db)
    return changed(db, 'factor_added', { kind: 'totp' }, codes, whose(basis, by))
  })
}

/** @param basis null for the operator @throws {Refusal} SignedOut */
export function removeTotp(db: Db, basis: Basis | null, by: EndedBy = {}): FactorsChanged {
  return transact(db, () => {
    const account = assertGood(db, basis)
    const isThere = readFactors(db).totp !== null
    totps.deleteTotp(db)
    if (!isThere) return { isChanged: false, account, recoveryCodes: null }
    return changed(db, 'factor_removed', { kind: 'totp' }, null, whose(basis, by))
  })
}

/** The mailed code. @throws {Refusal} InvalidRequest when the address is not confirmed, SignedOut */
export function setMail(db: Db, on: boolean, basis: Basis | null, by: MadeBy = {}): FactorsChanged {
  return transact(db, () => {
    const account = assertGood(db, basis)
    const before = on ? madeBefore(db, by) : null
    if (before) return changedAgain(db, account, before, by)
    const makesCodes = on && basis !== null && !account.emailAuthFactor
    const codes = makesCodes ? recoveryCodes.makeFirst(db) : null
    const changed = switched(db, account, on, { ...whose(basis, by), ...counted(codes) })
    return { ...changed, recoveryCodes: codes }
  })
}

/**
 * As apps switch it: on for a confirmed address, off with a code that was mailed there, so that a thief of
 * a session cannot switch it off.
 *
 * @throws {Refusal} InvalidRequest, TokenRequired, InvalidToken, ExpiredToken, SignedOut
 */
export function switchMail(
  db: Db,
  on: boolean,
  token: string | null,
  basis: Basis,
  by: EndedBy = {},
): FactorsChanged {
  return transact(db, () => {
    const account = assertGood(db, basis)
    if (!on && account.emailAuthFactor) requireToken(token)
    if (token) spendToken(db, 'update_email', token, basis)
    return switched(db, account, on, by)
  })
}

function switched(db: Db, account: AccountRow, on: boolean, by: ChangedBy): FactorsChanged {
  if (account.emailAuthFactor === on) return { isChanged: false, account, recoveryCodes: null }
  setAuthFactor(db, on, by)
  return { isChanged: true, account: existing(db), recoveryCodes: null }
}

/**
 * A change that the same form has made before. The recovery codes that came with it were not seen: others take their
 * place. To be called in a transaction.
 *
 * @param before its line in the audit trail
 */
export function changedAgain(
  db: Db,
  account: AccountRow,
  before: AuditEntry,
  by: MadeBy,
): FactorsChanged {
  if (before.detail.recoveryCodes === undefined) {
    return { isChanged: false, account, recoveryCodes: null }
  }
  const codes = recoveryCodes.make(db)
  const renewed = changed(db, 'recovery_codes_renewed', { kind: 'recovery' }, codes, by)
  return { ...renewed, isAgain: true }
}

/** Ten new ones; those before end. @throws {Refusal} InvalidRequest without another factor, SignedOut */
export function renewRecoveryCodes(db: Db, basis: Basis, by: EndedBy = {}): FactorsChanged {
  return transact(db, () => {
    assertGood(db, basis)
    if (!kindsOf(readFactors(db)).length) {
      throw new Refusal(
        'InvalidRequest',
        'Recovery codes stand in for another factor: add one first',
      )
    }
    const codes = recoveryCodes.make(db)
    return changed(db, 'recovery_codes_renewed', { kind: 'recovery' }, codes, by)
  })
}

/** For the operator. */
export function removeRecoveryCodes(db: Db): FactorsChanged {
  return transact(db, () => {
    const account = existing(db)
    const isThere = readFactors(db).recoveryCodes > 0
    deleteAllRecoveryCodes(db)
    if (!isThere) return { isChanged: false, account, recoveryCodes: null }
    return changed(db, 'factor_removed', { kind: 'recovery' }, null, whose(null))
  })
}

/**
 * What follows from a change of a factor; to be called in its transaction.
 *
 * @param codes recovery codes that were made with it
 */
export function changed(
  db: Db,
  event: 'factor_added' | 'factor_removed' | 'recovery_codes_renewed',
  factor: { kind: FactorKind; name?: string },
  codes: string[] | null,
  by: ChangedBy,
): FactorsChanged {
  recoveryCodes.endUseless(db)
  endSignInsUnderWay(db, by.deviceId)
  const detail = { ...factor, ...by, ...counted(codes) }
  appendAudit(db, { at: Date.now(), event, detail })
  return { isChanged: true, account: existing(db), recoveryCodes: codes }
}

/** How many recovery codes were made, for the audit trail. */
function counted(codes: string[] | null): { recoveryCodes?: number } {
  return codes ? { recoveryCodes: codes.length } : {}
}

/** Who changed a factor, for the audit trail: without a sign-in it was the operator. */
export function whose(basis: Basis | null, by: MadeBy = {}): ChangedBy {
  return basis ? by : { by: 'operator' }
}
