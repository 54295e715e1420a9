import type { Services } from '../actors/services.ts'
import { Refusal } from '../errors.ts'
import type { AccountRow } from '../stores/sql/account/profile.ts'

/**
 * Sets a new password with the code from a reset mail; everybody is signed out.
 *
 * @throws {Refusal} InvalidToken, ExpiredToken, InvalidPassword
 */
export async function resetPassword(
  { actors }: Services,
  token: string,
  password: string,
): Promise<AccountRow> {
  const code = token.trim().toUpperCase()
  const did = await actors.directory.findResetToken(code)
  if (!did) throw new Refusal('InvalidToken', 'Token is invalid')
  const account = await actors.account(did).resetPassword(code, password)
  await actors.directory.deleteResetToken(code)
  return account
}
