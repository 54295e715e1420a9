import type { Basis } from '../../actors/account/basis.ts'
import { outlasting } from '../../base/time/in_time.ts'
import type { EmailTokenPurpose } from '../../database/account/email_token.ts'
import type { AccountRow } from '../../database/account/profile.ts'
import type { CodeMailKind } from '../../mail/kinds.ts'
import type { Services } from '../services/services.ts'
import { occasionNow } from './notice.ts'

const kinds: Record<EmailTokenPurpose, CodeMailKind> = {
  confirm_email: 'confirmEmail',
  update_email: 'updateEmail',
  reset_password: 'resetPassword',
  delete_account: 'deleteAccount',
  plc_operation: 'plcOperation',
  sign_in: 'signInCode',
}

/**
 * Makes a code for `purpose` and sends it to the account's address; the one before it ends once the mail server has taken
 * the mail, since whoever holds it may get no other.
 *
 * @param locale BCP 47 tag
 * @param basis the sign-in that asks for it; null where anybody may
 * @throws {Refusal} RateLimitExceeded, SignedOut; InvalidRequest when the address was changed meanwhile
 * @throws {MailError}
 */
export async function sendEmailCode(
  services: Services,
  account: AccountRow,
  purpose: EmailTokenPurpose,
  locale: string | undefined,
  basis: Basis | null,
): Promise<void> {
  const { actors, mail, log } = services
  const { did, handle, email } = account
  let sent = { token: '', requestedAt: 0 }
  await mail.send(kinds[purpose], account, async () => {
    sent = await actors.account(did).issueEmailToken(purpose, basis, email)
    const { token } = sent
    // A reset names no account, only the code: the directory knows which account it is for.
    if (purpose === 'reset_password') await actors.directory.putResetToken(token, did, Date.now())
    return { handle: handle ?? did, token, locale, occasion: occasionNow() }
  })
  // Who asked has a mail, and the code before it ends by itself.
  await outlasting(() => actors.account(did).noteEmailTokenSent(purpose, sent)).catch((err) =>
    log.warn({ err, did }, 'an account was not told that the mail with a code was sent'),
  )
}
