import { invalidToken } from '../../base/errors.ts'
import { readFactors } from '../../database/account/factors.ts'
import { readTotp, setTotpStep, type Totp } from '../../database/account/totp.ts'
import type { Db } from '../../database/database.ts'
import { type CodeKind, kindsOf, type Proof } from '../../factors/kinds.ts'
import { isStepSpent, totpStep } from '../../factors/totp.ts'
import { spendToken } from './email.ts'
import * as recoveryCodes from './recovery_codes.ts'

/**
 * The one place that judges the code of a second factor, of whatever kind. To be called in the transaction
 * of what is granted upon it, so that each code counts once.
 *
 * @throws {Refusal} InvalidToken, ExpiredToken
 */
export function spendCode(db: Db, { kind, code }: Proof): void {
  if (!kindsOf(readFactors(db)).includes(kind)) throw invalidToken()
  spend[kind](db, code)
}

const spend: Record<CodeKind, (db: Db, code: string) => void> = {
  totp: (db, code) => spendTotp(db, code, readTotp(db)),
  mail: (db, code) => spendToken(db, 'sign_in', code, null),
  recovery: recoveryCodes.spend,
}

/** The code of an authenticator, which may be one that does not count yet. @throws {Refusal} InvalidToken */
export function spendTotp(db: Db, code: string, totp: Totp | null): void {
  const step = totp?.secret ? totpStep(totp.secret, code, Date.now()) : null
  if (step === null || isStepSpent(step, totp?.lastStep ?? null)) throw invalidToken()
  setTotpStep(db, step)
}
