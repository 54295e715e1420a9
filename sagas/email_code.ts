import type { EmailTokenPurpose } from '../database/account/email_token.ts'
import type { AccountRow } from '../database/account/profile.ts'
import type { Mailer } from '../mail/mailer.ts'
import type { Services } from './services.ts'

const mails = {
  confirm_email: 'sendConfirmEmail',
  update_email: 'sendUpdateEmail',
  reset_password: 'sendResetPassword',
  delete_account: 'sendDeleteAccount',
  plc_operation: 'sendPlcOperation',
  sign_in: 'sendSignInCode',
} as const satisfies Record<EmailTokenPurpose, keyof Mailer>

/**
 * Makes a code for `purpose` and sends it to the account's address; the one before it ends.
 *
 * @param locale BCP 47 tag
 * @throws {MailError}
 */
export async function sendEmailCode(
  { actors, mailer }: Services,
  { did, email, handle }: AccountRow,
  purpose: EmailTokenPurpose,
  locale: string | undefined,
): Promise<void> {
  const token = await actors.account(did).issueEmailToken(purpose)
  // Whoever enters this one does not say which account it is for.
  if (purpose === 'reset_password') await actors.directory.putResetToken(token, did, Date.now())
  await mailer[mails[purpose]]({ to: email, handle: handle ?? did, token, locale })
}
