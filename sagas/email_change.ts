import type { Services } from '../actors/services.ts'
import { Refusal } from '../errors.ts'
import { normalizeEmail } from '../identity/email_rules.ts'
import type { AccountRow } from '../stores/sql/account/profile.ts'

/**
 * Changes an account's e-mail address; the new one is claimed in the directory first, so that it
 * is never the address of two accounts.
 *
 * @param token the code that went to the old address, needed once that was confirmed
 * @throws {Refusal} EmailTaken, TokenRequired, InvalidToken, ExpiredToken, InvalidRequest
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
  if (token) await account.checkEmailToken('update_email', token)
  await claim(services, did, email)
  try {
    return await account.changeEmail(email, token)
  } catch (err) {
    await directory.changeEmail(did, before.email)
    throw err
  }
}

/** Changes the address without a code: for the operator. @throws {Refusal} EmailTaken */
export async function setEmail(services: Services, did: string, newEmail: string): Promise<void> {
  const email = normalizeEmail(newEmail)
  await claim(services, did, email)
  await services.actors.account(did).setEmail(email)
}

async function claim({ actors }: Services, did: string, email: string): Promise<void> {
  await actors.directory.changeEmail(did, email).catch((err) => {
    if (!(err instanceof Refusal && err.code === 'EmailTaken')) throw err
    throw new Refusal(
      'EmailTaken',
      'This email address is already in use, please use a different email.',
    )
  })
}
