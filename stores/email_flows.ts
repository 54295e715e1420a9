import type { AccountStore } from '@atproto/oauth-provider/store'
import type { Services } from '../actors/services.ts'
import { Refusal } from '../errors.ts'
import { changeEmail } from '../sagas/email_change.ts'
import { toAccount } from './account.ts'
import { asOAuth } from './oauth_errors.ts'
import type { AccountRow } from './sql/account/profile.ts'

type EmailFlows = Pick<
  AccountStore,
  | 'resetPasswordRequest'
  | 'resetPasswordConfirm'
  | 'updateEmailRequest'
  | 'updateEmailConfirm'
  | 'verifyEmailRequest'
  | 'verifyEmailConfirm'
  | 'deleteAccountRequest'
>

/** What people do with a code from a mail. */
export function createEmailFlows(services: Services): EmailFlows {
  const { actors, mailer, log } = services
  const { directory } = actors

  async function existing(did: string): Promise<AccountRow> {
    const account = await actors.account(did).read()
    if (!account) throw new Refusal('AccountNotFound', 'Account not found')
    return account
  }

  /** Null where the code was wrong: the provider has its own words for that. */
  async function withCode(work: () => Promise<AccountRow>) {
    try {
      return toAccount(await work())
    } catch (err) {
      if (err instanceof Refusal && /^(InvalidToken|ExpiredToken|InvalidEmail)$/.test(err.code)) {
        return null
      }
      throw err
    }
  }

  return {
    async resetPasswordRequest({ email, locale }) {
      const entry = await directory.find(email)
      const account = entry && (await actors.account(entry.did).read())
      if (!account || account.takedownRef !== null) return null
      const token = await actors.account(account.did).issueEmailToken('reset_password')
      await directory.putResetToken(token, account.did, Date.now())
      const mail = { to: account.email, handle: account.handle ?? account.did, token, locale }
      // Not awaited: how long a mail takes would tell which addresses have an account.
      void mailer
        .sendResetPassword(mail)
        .catch((err) => log.error({ err, did: account.did }, 'reset mail not sent'))
      return toAccount(account)
    },

    resetPasswordConfirm: ({ token, password }) =>
      withCode(async () => {
        const code = token.trim().toUpperCase()
        const did = await directory.findResetToken(code)
        if (!did) throw new Refusal('InvalidToken', 'Token is invalid')
        const account = await actors.account(did).resetPassword(code, password)
        await directory.deleteResetToken(code)
        return account
      }),

    updateEmailRequest: ({ did, locale }) =>
      asOAuth(async () => {
        const { email, handle, emailConfirmedAt } = await existing(did)
        if (emailConfirmedAt === null) return { tokenRequired: false }
        const token = await actors.account(did).issueEmailToken('update_email')
        await mailer.sendUpdateEmail({ to: email, handle: handle ?? did, token, locale })
        return { tokenRequired: true }
      }),

    updateEmailConfirm: ({ did, email, token, locale }) =>
      asOAuth(async () => {
        const account = await changeEmail(services, did, email, token ?? null)
        const code = await actors.account(did).issueEmailToken('confirm_email')
        await mailer.sendConfirmEmail({
          to: account.email,
          handle: account.handle ?? did,
          token: code,
          locale,
        })
        return toAccount(account)
      }),

    verifyEmailRequest: ({ did, locale }) =>
      asOAuth(async () => {
        const { email, handle } = await existing(did)
        const token = await actors.account(did).issueEmailToken('confirm_email')
        await mailer.sendConfirmEmail({ to: email, handle: handle ?? did, token, locale })
      }),

    verifyEmailConfirm: ({ did, email, token }) =>
      withCode(() => actors.account(did).confirmEmail(email, token)),

    deleteAccountRequest: ({ did, locale }) =>
      asOAuth(async () => {
        const { email, handle } = await existing(did)
        const token = await actors.account(did).issueEmailToken('delete_account')
        await mailer.sendDeleteAccount({ to: email, handle: handle ?? did, token, locale })
      }),
  }
}
