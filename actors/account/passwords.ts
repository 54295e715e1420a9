import { Refusal } from '../../base/errors.ts'
import { findAppPassword } from '../../database/account/app_password.ts'
import { appendAudit } from '../../database/account/audit.ts'
import { readFactors } from '../../database/account/factors.ts'
import { readPassword, setPasswordScrypt } from '../../database/account/profile.ts'
import { type Db, readAtOnce, transact } from '../../database/database.ts'
import { hashSecret } from '../../database/hash.ts'
import { hashNewPassword } from '../../passwords/new_password.ts'
import { hashAppPassword, OLD_PASSWORD_MAX_LENGTH, verifyPassword } from '../../passwords/scrypt.ts'
import { assertGood, type Basis, existing } from './basis.ts'
import { checkToken, spendToken } from './email.ts'
import { endSignIns, endSignInsUnderWay } from './endings.ts'
import type { FactorsChanged } from './factors.ts'
import { type MadeBy, madeBefore } from './idempotent_forms.ts'
import { type Login, loginTo } from './login.ts'
import type { EndedBy } from './sessions.ts'

/**
 * Checks password and mailed code of a person who wants the account to be deleted.
 *
 * @returns false when the password is wrong
 * @throws {Refusal} InvalidToken, ExpiredToken, SignedOut
 */
export async function mayDelete(db: Db, password: string, token: string): Promise<boolean> {
  const stored = readPassword(db)
  if (!(await verifyPassword(password, stored?.scrypt ?? null)) || !stored) return false
  transact(db, () => {
    assertGood(db, { generation: stored.generation, mayBeTakenDown: true })
    checkToken(db, 'delete_account', token)
  })
  return true
}

/**
 * Signs in with the account's password or, where `allowAppPassword`, with an app password.
 *
 * @returns null when neither fits
 */
export async function login(
  db: Db,
  password: string,
  allowAppPassword: boolean,
): Promise<Login | null> {
  const stored = readPassword(db)
  if (stored === null) return null
  const { generation } = stored
  if (await verifyPassword(password, stored.scrypt)) {
    const account = existing(db)
    const mayBeTakenDown = account.takedownRef !== null
    const factors = readFactors(db)
    return { account, appPassword: null, factors, basis: { generation, mayBeTakenDown } }
  }
  const account = existing(db)
  if (!allowAppPassword || password.length > OLD_PASSWORD_MAX_LENGTH) return null
  // Also where none can fit: the time does not tell how an account stands.
  const hash = await hashAppPassword(account.did, password)
  // A taken-down account cannot sign in with an app password, as in the reference.
  if (account.takedownRef !== null) return null
  const appPassword = findAppPassword(db, hash)
  const factors = readFactors(db)
  return appPassword && { account, appPassword, factors, basis: { generation, appPassword } }
}

/**
 * A sign-in that goes on after its password was right.
 *
 * @throws {Refusal} AccountNotFound, AccountTakedown, SignedOut
 */
export function resume(db: Db, basis: Basis): Login {
  return readAtOnce(db, () => loginTo(db, assertGood(db, basis)))
}

/** A new password ends all sessions. @param appPasswords whether app passwords end with it */
export async function change(
  db: Db,
  password: string,
  appPasswords: 'kept' | 'ended',
): Promise<void> {
  const passwordScrypt = await hashNewPassword(password)
  transact(db, () => {
    existing(db)
    replace(db, passwordScrypt, appPasswords)
  })
}

/** `isAgain` where it was set before, with the same code. */
export type PasswordReset = { account: ReturnType<typeof existing>; isAgain: boolean }

/**
 * Sets a new password with the code from a reset mail, which is spent with it. App passwords end:
 * who knew the old password could make some. The same password may be sent again with the code (`idempotent_forms.ts`): then
 * nothing more happens.
 *
 * @throws {Refusal} InvalidToken, ExpiredToken
 */
export async function reset(db: Db, token: string, password: string): Promise<PasswordReset> {
  const by = { form: hashSecret(token).toString('base64url') }
  const passwordScrypt = await hashNewPassword(password)
  try {
    return transact(db, () => {
      const account = existing(db)
      spendToken(db, 'reset_password', token, null)
      replace(db, passwordScrypt, 'ended', by)
      return { account, isAgain: false }
    })
  } catch (err) {
    // Also one that came at the same time.
    const isAgain = madeBefore(db, by) !== null && (await isPassword(db, password))
    if (!isAgain) throw err
    return { account: existing(db), isAgain }
  }
}

function isPassword(db: Db, password: string): Promise<boolean> {
  return verifyPassword(password, readPassword(db)?.scrypt ?? null)
}

/**
 * Takes the password off an account, which is signed in to with passkeys alone then. A new one, by a code
 * from a mail or from the operator, puts one back.
 *
 * @throws {Refusal} LastWayIn where there is no passkey; SignedOut, ProofRequired
 */
export function remove(db: Db, basis: Basis, by: EndedBy = {}): FactorsChanged {
  return transact(db, () => {
    const account = assertGood(db, basis)
    const { password, passkeys } = readFactors(db)
    if (!password) return { isChanged: false, account, recoveryCodes: null }
    if (passkeys === 0) {
      throw new Refusal('LastWayIn', 'Add a passkey first: the password is the only way to sign in')
    }
    setPasswordScrypt(db, null)
    endSignInsUnderWay(db, by.deviceId)
    appendAudit(db, { at: Date.now(), event: 'password_removed', detail: by })
    return { isChanged: true, account: existing(db), recoveryCodes: null }
  })
}

function replace(
  db: Db,
  passwordScrypt: string,
  appPasswords: 'kept' | 'ended',
  by: MadeBy = {},
): void {
  setPasswordScrypt(db, passwordScrypt)
  endSignIns(db, { devices: true, appPasswords: appPasswords === 'ended' })
  appendAudit(db, { at: Date.now(), event: 'password_changed', detail: { appPasswords, ...by } })
}
