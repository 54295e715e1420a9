import { setTimeout } from 'node:timers/promises'
import { invalidToken } from '../../base/errors.ts'
import { STRANGERS_MAIL } from '../../base/lifetimes.ts'
import type { AccountRow } from '../../database/account/profile.ts'
import { noteSentCode } from '../../http/attempt.ts'
import { readCode } from '../../passwords/mailed_code.ts'
import { takePoint } from '../accounts/account_limits.ts'
import { sendEmailCode } from '../notices/email_code.ts'
import { notify, occasionNow } from '../notices/notice.ts'
import type { Services } from '../services/services.ts'
import { isWrongCode } from './second_factor.ts'

/**
 * Mails a code for a new password to the account that has this address, also to one that is taken down:
 * its owner may move away. Where there is none the answer is the same, and it comes as soon: the account is asked and
 * the mail sent after it has left ({@link STRANGERS_MAIL}). So the caller does not hear when the mail was not sent; the
 * log and `vestibule_mails_total` say so.
 *
 * @param locale BCP 47 tag
 */
export async function requestPasswordReset(
  services: Services,
  email: string,
  locale: string | undefined,
): Promise<void> {
  const { actors, mail } = services
  const entry = await actors.directory.find(email, ['email'])
  noteSentCode()
  if (!entry) return
  mail.aside('resetPassword', entry.did, async () => {
    await setTimeout(STRANGERS_MAIL * (1 + Math.random()))
    const account = await actors.account(entry.did).read()
    if (account) await sendEmailCode(services, account, 'reset_password', locale, null)
  })
}

/**
 * Sets a new password with the code from a reset mail; all sessions end.
 *
 * @throws {Refusal} InvalidToken, ExpiredToken, InvalidPassword, RateLimitExceeded
 */
export async function resetPassword(
  services: Services,
  token: string,
  password: string,
): Promise<AccountRow> {
  const { actors } = services
  const code = readCode(token)
  const did = await actors.directory.findResetToken(code)
  if (!did) throw invalidToken()
  const guess = await takePoint(services, 'new password', did)
  const set = actors.account(did).resetPassword(code, password)
  const { account, isAgain } = await set.catch(async (err) => {
    if (!isWrongCode(err)) await guess.giveBack()
    throw err
  })
  await guess.giveBack()
  if (!isAgain) notify(services, 'passwordChanged', account, occasionNow())
  return account
}
