import { Refusal } from '../../base/errors.ts'
import { findAppPassword } from '../../database/account/app_password.ts'
import { appendAudit } from '../../database/account/audit.ts'
import { readPasswordScrypt, setPasswordScrypt } from '../../database/account/profile.ts'
import { type Db, transact } from '../../database/database.ts'
import {
  hashAppPassword,
  hashPassword,
  NEW_PASSWORD_MAX_LENGTH,
  OLD_PASSWORD_MAX_LENGTH,
  verifyPassword,
} from '../../passwords/scrypt.ts'
import { spendToken } from './email.ts'
import { endSessions, existing } from './lifecycle.ts'

export type Login = {
  account: ReturnType<typeof existing>
  /** Set when the person signed in with an app password. */
  appPassword: { name: string; privileged: boolean } | null
  /**
   * A moment before the password was looked at, in ms: when the account was signed out at that time
   * or later (`signedOutAt`), this sign-in is good for nothing any more.
   */
  signedInAt: number
}

export function verify(db: Db, password: string): Promise<boolean> {
  return verifyPassword(password, readPasswordScrypt(db))
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
  const signedInAt = Date.now()
  const stored = readPasswordScrypt(db)
  if (stored === null) return null
  if (await verifyPassword(password, stored)) {
    return { account: existing(db), appPassword: null, signedInAt }
  }
  const account = existing(db)
  // A taken-down account cannot sign in with an app password, as in the reference.
  if (!allowAppPassword || account.takedownRef !== null) return null
  if (password.length > OLD_PASSWORD_MAX_LENGTH) return null
  const appPassword = findAppPassword(db, await hashAppPassword(account.did, password))
  return appPassword && { account, appPassword, signedInAt }
}

/** A new password signs everybody out: whoever had the old one is out too. */
export async function change(db: Db, password: string): Promise<void> {
  const passwordScrypt = await hashNewPassword(password)
  transact(db, () => {
    existing(db)
    replace(db, passwordScrypt)
  })
}

/**
 * Sets a new password with the code from a reset mail, which is spent with it.
 *
 * @throws {Refusal} InvalidToken, ExpiredToken
 */
export async function reset(
  db: Db,
  token: string,
  password: string,
): Promise<ReturnType<typeof existing>> {
  const passwordScrypt = await hashNewPassword(password)
  return transact(db, () => {
    const account = existing(db)
    spendToken(db, 'reset_password', token)
    replace(db, passwordScrypt)
    return account
  })
}

function hashNewPassword(password: string): Promise<string> {
  if (password.length > NEW_PASSWORD_MAX_LENGTH) {
    throw new Refusal(
      'InvalidPassword',
      `Password too long. Maximum length is ${NEW_PASSWORD_MAX_LENGTH} characters.`,
    )
  }
  return hashPassword(password)
}

function replace(db: Db, passwordScrypt: string): void {
  setPasswordScrypt(db, passwordScrypt)
  endSessions(db)
  appendAudit(db, { at: Date.now(), event: 'password_changed', detail: {} })
}
