import {
  InvalidCredentialsError,
  InvalidRequestError,
  SecondAuthenticationFactorRequiredError,
} from '@atproto/oauth-provider/errors'
import type { AccountStore } from '@atproto/oauth-provider/store'
import { Refusal } from '../base/errors.ts'
import type { Services } from '../sagas/services/services.ts'
import { isWrongCode, mailboxHint, SecondFactorRequired } from '../sagas/sign_in/second_factor.ts'
import { type SignInPolicy, signIn } from '../sagas/sign_in/sign_in.ts'
import { toAccount } from './account.ts'
import { toOAuthError } from './oauth_errors.ts'
import { requestScope } from './request_scope.ts'
import { WrongCodeError } from './wrong_code_error.ts'

/** App passwords are for apps without these pages. The provider itself evens out the times. */
const POLICY: SignInPolicy = { appPasswords: 'refused', takenDown: 'refused', failureTakes: 0 }

/** Signing in on the provider's pages, whose hooks record failures (`oauth/provider/hooks.ts`). */
export function createCredentials(services: Services): Pick<AccountStore, 'authenticateAccount'> {
  return {
    async authenticateAccount({ username, password, emailOtp, locale }) {
      const attempt = { identifier: username, password, code: emailOtp, locale }
      const { account, basis } = await signIn(services, attempt, POLICY).catch((err) =>
        refuse(services, err),
      )
      const scope = requestScope()
      scope.isSignIn = true
      scope.provesSignIn(account.did, basis)
      return toAccount(account)
    },
  }
}

/** @throws the provider's error for a refusal */
async function refuse({ actors }: Services, err: unknown): Promise<never> {
  if (err instanceof SecondFactorRequired) {
    const { kind, hint } = err.factor
    if (kind === 'mail') throw new SecondAuthenticationFactorRequiredError('emailOtp', hint)
    // The provider's page has no field for it; ours has, and comes first.
    throw new InvalidRequestError(`${err.message} on the sign-in page`)
  }
  if (isWrongCode(err)) {
    const did = err.detail.did as string
    const account = await actors.account(did).read()
    throw new WrongCodeError(err.message, { did, hint: mailboxHint(account?.email ?? '') })
  }
  if (err instanceof Refusal && err.code === 'AuthenticationRequired') {
    throw new InvalidCredentialsError(err.message, err.detail.did as `did:plc:${string}`)
  }
  if (err instanceof Refusal && err.code === 'AccountTakedown') {
    throw new InvalidRequestError('Account was taken down')
  }
  throw toOAuthError(err)
}
