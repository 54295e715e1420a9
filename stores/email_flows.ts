import type { AccountStore } from '@atproto/oauth-provider/store'
import { renewed } from '../actors/account/standing.ts'
import { Refusal, type RefusalCode } from '../base/errors.ts'
import type { AccountRow } from '../database/account/profile.ts'
import { findAccount, requireAccount } from '../sagas/accounts.ts'
import { changeEmail, requestEmailChange } from '../sagas/email_change.ts'
import { sendEmailCode, sendResetCodeAside } from '../sagas/email_code.ts'
import { resetPassword } from '../sagas/password_reset.ts'
import type { Services } from '../sagas/services.ts'
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

const ABOUT_CODES: ReadonlySet<RefusalCode> = new Set([
  'InvalidToken',
  'ExpiredToken',
  'InvalidEmail',
])

/** What people do with a code from a mail. */
export function createEmailFlows(services: Services): EmailFlows {
  const { actors, log } = services

  /** Null where the code was wrong: the provider has its own words for that. */
  async function withCode(work: () => Promise<AccountRow>) {
    try {
      return toAccount(await work())
    } catch (err) {
      if (err instanceof Refusal && ABOUT_CODES.has(err.code)) return null
      throw err
    }
  }

  return {
    async resetPasswordRequest({ email, locale }) {
      const account = await findAccount(services, email, ['email'])
      if (!account || account.takedownRef !== null) return null
      sendResetCodeAside(services, account, locale)
      return toAccount(account)
    },

    resetPasswordConfirm: ({ token, password }) =>
      withCode(() => resetPassword(services, token, password)),

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

    verifyEmailRequest: ({ did, locale }) =>
      asOAuth(async () =>
        sendEmailCode(
          services,
          await requireAccount(services, did),
          'confirm_email',
          locale,
          requestScope().signInOf(did),
        ),
      ),

    verifyEmailConfirm: ({ did, email, token }) =>
      asOAuth(() =>
        withCode(() =>
          actors.account(did).confirmEmail(email, token, requestScope().signInOf(did)),
        ),
      ),

    deleteAccountRequest: ({ did, locale }) =>
      asOAuth(async () =>
        sendEmailCode(
          services,
          await requireAccount(services, did),
          'delete_account',
          locale,
          requestScope().signInOf(did),
        ),
      ),
  }
}
