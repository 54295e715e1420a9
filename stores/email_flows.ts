import type { AccountStore } from '@atproto/oauth-provider/store'
import { renewed } from '../actors/account/basis.ts'
import { requireAccount } from '../sagas/accounts/accounts.ts'
import { changeEmail, requestEmailChange } from '../sagas/changes/email_change.ts'
import { sendEmailCode } from '../sagas/notices/email_code.ts'
import type { Services } from '../sagas/services/services.ts'
import { requestPasswordReset, resetPassword } from '../sagas/sign_in/password_reset.ts'
import { toAccount } from './account.ts'
import { asOAuth } from './oauth_errors.ts'
import { requestScope } from './request_scope.ts'

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
  const { actors, log } = services

  const mailed =
    (purpose: 'confirm_email' | 'delete_account') =>
    ({ did, locale }: { did: string; locale?: string | undefined }) =>
      asOAuth(async () => {
        const account = await requireAccount(services, did)
        return sendEmailCode(services, account, purpose, locale, requestScope().signInOf(did))
      })

  return {
    async resetPasswordRequest({ email, locale }) {
      await requestPasswordReset(services, email, locale)
      // Only a hook that is not used here would be told the account.
      return null
    },

    resetPasswordConfirm: ({ token, password }) =>
      asOAuth(async () => toAccount(await resetPassword(services, token, password))),

    updateEmailRequest: ({ did, locale }) =>
      asOAuth(async () => {
        const account = await requireAccount(services, did)
        return requestEmailChange(services, account, locale, requestScope().signInOf(did))
      }),

    updateEmailConfirm: ({ did, email, token, locale }) =>
      asOAuth(async () => {
        const signIn = requestScope().signInOf(did)
        const account = await changeEmail(services, did, email, token ?? null, signIn)
        // The address is changed; the page offers to send the code once more.
        await sendEmailCode(
          services,
          account,
          'confirm_email',
          locale,
          renewed(signIn, account),
        ).catch((err) => log.error({ err, did }, 'confirmation mail not sent'))
        return toAccount(account)
      }),

    verifyEmailRequest: mailed('confirm_email'),

    verifyEmailConfirm: ({ did, email, token }) =>
      asOAuth(async () => {
        const signIn = requestScope().signInOf(did)
        return toAccount(await actors.account(did).confirmEmail(email, token, signIn))
      }),

    deleteAccountRequest: mailed('delete_account'),
  }
}
