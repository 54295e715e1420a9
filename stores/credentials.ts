import {
  InvalidCredentialsError,
  InvalidRequestError,
  SecondAuthenticationFactorRequiredError,
} from '@atproto/oauth-provider/errors'
import type { AccountStore } from '@atproto/oauth-provider/store'
import { Refusal } from '../base/errors.ts'
import { verifyPassword } from '../passwords/scrypt.ts'
import { sendEmailCode } from '../sagas/email_code.ts'
import type { Services } from '../sagas/services.ts'
import { toAccount } from './account.ts'
import { asOAuth } from './oauth_errors.ts'

/** Signing in with handle, DID or e-mail, and the code by mail where the account asks for one. */
export function createCredentials(services: Services): Pick<AccountStore, 'authenticateAccount'> {
  const { actors } = services

  return {
    async authenticateAccount({ username, password, emailOtp, locale }) {
      const entry = await actors.directory.find(username.replace(/^@/, ''))
      if (!entry) {
        // As much work as for an account that exists.
        await verifyPassword(password, null)
        throw new InvalidCredentialsError()
      }
      const did = entry.did as `did:plc:${string}`
      const account = actors.account(did)
      const login = await account.login(password, false)
      if (!login) {
        throw new InvalidCredentialsError('Invalid identifier or password', did)
      }
      if (login.account.takedownRef !== null) {
        throw new InvalidRequestError('Account was taken down')
      }
      if (login.account.emailAuthFactor) {
        if (!emailOtp) {
          await asOAuth(() => sendEmailCode(services, login.account, 'sign_in', locale))
          throw new SecondAuthenticationFactorRequiredError('emailOtp', hint(login.account.email))
        }
        try {
          await account.spendEmailToken('sign_in', emailOtp)
        } catch (err) {
          if (err instanceof Refusal) throw new InvalidCredentialsError(err.message, did)
          throw err
        }
      }
      return toAccount(login.account)
    },
  }
}

/** `a***@example.com`: enough to know which mailbox to open. */
function hint(email: string): string {
  const [name = '', domain = ''] = email.split('@')
  return `${name.slice(0, 1)}***@${domain}`
}
