import { setTimeout } from 'node:timers/promises'
import { AuthRequiredError } from '@atproto/xrpc-server'
import type { Login } from '../actors/account/passwords.ts'
import { FAILED_SIGN_IN } from '../base/lifetimes.ts'
import { hashAppPassword, verifyPassword } from '../passwords/scrypt.ts'
import { recordAudit } from '../sagas/audit.ts'
import { sendEmailCode } from '../sagas/email_code.ts'
import type { Services } from '../sagas/services.ts'

/**
 * Finds the account of a handle, DID or e-mail address whose password or app password this is.
 *
 * Whether the account exists shows neither in the answer to a wrong password nor in its time: the
 * work is the same, and all failures take at least {@link FAILED_SIGN_IN}.
 *
 * @throws {AuthRequiredError}
 */
export async function signIn(
  services: Services,
  { identifier, password }: { identifier: string; password: string },
  address: string,
): Promise<Login> {
  const earliest = Date.now() + FAILED_SIGN_IN
  const entry = await services.actors.directory.find(identifier)
  const login = entry
    ? await services.actors.account(entry.did).login(password, true)
    : await failLikeAnAccount(password)
  if (login) return login
  if (entry) await recordAudit(services, entry.did, 'sign_in_failed', { address })
  await setTimeout(Math.max(0, earliest - Date.now()))
  throw new AuthRequiredError('Invalid identifier or password')
}

async function failLikeAnAccount(password: string): Promise<null> {
  await verifyPassword(password, null)
  await hashAppPassword('', password)
  return null
}

/**
 * The second factor: without a code it is sent by mail and asked for, in the words that the Bluesky
 * app knows.
 *
 * @throws {AuthRequiredError} AuthFactorTokenRequired
 * @throws {Refusal} InvalidToken, ExpiredToken
 */
export async function requireEmailCode(
  services: Services,
  account: Login['account'],
  code: string | undefined,
  locale: string | undefined,
): Promise<void> {
  if (code) {
    await services.actors.account(account.did).spendEmailToken('sign_in', code)
    return
  }
  await sendEmailCode(services, account, 'sign_in', locale)
  throw new AuthRequiredError(
    'A sign in code has been sent to your email address',
    'AuthFactorTokenRequired',
  )
}
