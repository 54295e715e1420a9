import { invalidToken } from '../../base/errors.ts'
import { appendAudit } from '../../database/account/audit.ts'
import { readFactors } from '../../database/account/factors.ts'
import {
  deleteAllRecoveryCodes,
  deleteRecoveryCode,
  insertRecoveryCode,
} from '../../database/account/recovery_code.ts'
import type { Db } from '../../database/database.ts'
import { kindsOf } from '../../factors/kinds.ts'
import { RECOVERY_CODES, randomRecoveryCode } from '../../factors/recovery_code.ts'

/**
 * Makes those of an account, which end with the ones before. To be called inside a transaction, as all
 * of these.
 *
 * @returns the codes, which leave the account once, here
 */
export function make(db: Db): string[] {
  const codes = Array.from({ length: RECOVERY_CODES }, randomRecoveryCode)
  const now = Date.now()
  deleteAllRecoveryCodes(db)
  for (const code of codes) insertRecoveryCode(db, code, now)
  return codes
}

/** Makes those that come with the first factor. @returns null where there are some */
export function makeFirst(db: Db): string[] | null {
  return readFactors(db).recoveryCodes === 0 ? make(db) : null
}

/** They stand in for other factors: without one they are of no use, and end. */
export function endUseless(db: Db): void {
  if (!kindsOf(readFactors(db)).length) deleteAllRecoveryCodes(db)
}

/** @throws {Refusal} InvalidToken */
export function spend(db: Db, code: string): void {
  if (!deleteRecoveryCode(db, code)) throw invalidToken()
  const left = readFactors(db).recoveryCodes
  appendAudit(db, { at: Date.now(), event: 'recovery_code_used', detail: { left } })
}
