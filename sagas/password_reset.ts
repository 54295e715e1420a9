import { Refusal } from '../base/errors.ts'
import type { AccountRow } from '../database/account/profile.ts'
import { readCode } from '../passwords/random.ts'
import { notify, occasionNow } from './notice.ts'
import type { Services } from './services.ts'

/**
 * Sets a new password with the code from a reset mail; all sessions end.
 *
 * @throws {Refusal} InvalidToken, ExpiredToken, InvalidPassword
 */
export async function resetPassword(
  services: Services,
  token: string,
  password: string,
): Promise<AccountRow> {
  const { actors } = services
  const code = readCode(token)
  const did = await actors.directory.findResetToken(code)
  if (!did) throw new Refusal('InvalidToken', 'Token is invalid')
  const account = await actors.account(did).resetPassword(code, password)
  await actors.directory.deleteResetToken(code)
  notify(services, 'passwordChanged', account, occasionNow())
  return account
}
