import type { Services } from '../actors/services.ts'
import { Refusal } from '../errors.ts'
import { normalizeEmail } from '../identity/email_rules.ts'
import type { AccountRow } from '../stores/sql/account/profile.ts'

/**
 * Changes an account's e-mail address; the new one is claimed in the directory first, so that it
 * is never the address of two accounts.
 *
 * @param token the code that went to the old address, needed once that was confirmed
 * @throws {Refusal} EmailTaken, InvalidToken, ExpiredToken, InvalidRequest
 */
export async function changeEmail(
  services: Services,
  did: string,
  newEmail: string,
  token: string | null,
): Promise<AccountRow> {
  const email = normalizeEmail(newEmail)
  const { directory } = services.actors
  const account = services.actors.account(did)
  const before = await account.read()
  if (!before) throw new Refusal('AccountNotFound', 'Account not found')
  if (before.emailConfirmedAt !== null && token) {
    await account.checkEmailToken('update_email', token)
  }
  await directory.changeEmail(did, email)
  try {
    return await account.changeEmail(email, token)
  } catch (err) {
    await directory.changeEmail(did, before.email)
    throw err
  }
}
