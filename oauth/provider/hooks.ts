import { InvalidRequestError } from '@atproto/oauth-provider/errors'
import type { OAuthHooks } from '@atproto/oauth-provider/hooks'
import { wantsCaptcha } from '../../http/attempt.ts'
import { learnDevice, noteSignedIn } from '../../sagas/notices/arrivals.ts'
import { recordAudit, recordFailedSignIn } from '../../sagas/notices/audit.ts'
import type { Services } from '../../sagas/services/services.ts'
import { requestScope } from '../../stores/request_scope.ts'
import { WrongCodeError } from '../../stores/wrong_code_error.ts'
import { lostForm } from '../requests/form_post.ts'
import { knownBrowser } from '../requests/known_browser.ts'

/** Keeps each account's audit trail of what happens in the provider's pages, and names sessions in tokens. */
export function createHooks(services: Services): OAuthHooks {
  const { publicUrl, hcaptcha } = services.settings
  const record = recordAudit.bind(null, services)
  const learn = (did: string, deviceId: string) =>
    learnDevice(services, did, knownBrowser(publicUrl, deviceId))

  return {
    /**
     * Will the client get the answer, and be able to tell this login from another? Asked when all else is right, so
     * that a developer reads first what keeps the request from being understood.
     *
     * atproto OAuth, "Request Fields": "The `state` parameter in client authorization requests is
     * mandatory."
     */
    onAuthorizationRequest: ({ parameters }) => {
      if (!parameters.state) throw new InvalidRequestError('state is required')
      const lost = lostForm(parameters)
      if (lost) throw new InvalidRequestError(lost)
    },
    /**
     * Each access token names its OAuth session in `sid`, as those of legacy sessions do (`tokens/`):
     * by the id of the first access token, which stays while the tokens change.
     */
    onCreateToken: ({ claims }) => ({ ...claims, sid: requestScope().sid ?? claims.jti }),
    /** The script of the provider's page has no captcha for a sign-in; ours comes in its place. */
    onSignInAttempt: () => {
      if (!hcaptcha || !wantsCaptcha('this')) return
      throw new InvalidRequestError(`Sign in at ${publicUrl}/account, where a captcha is asked for`)
    },
    onSignedUp: ({ account, deviceId }) => learn(account.did, deviceId),
    onResetPasswordConfirmed: ({ account, deviceId }) => learn(account.did, deviceId),
    onSignedIn: ({ account, deviceId, deviceMetadata, clientId }) => {
      const address = deviceMetadata.ipAddress
      const detail = { way: 'password', deviceId, address, clientId } as const
      return noteSignedIn(services, account.did, knownBrowser(publicUrl, deviceId), detail)
    },
    onSignInFailed: async ({ did, error, deviceId, deviceMetadata, clientId }) => {
      const isCode = error instanceof WrongCodeError
      const way = isCode ? 'second factor' : 'password'
      const address = deviceMetadata.ipAddress
      const detail = { way, deviceId, address, clientId } as const
      await recordFailedSignIn(services, isCode ? error.did : (did ?? undefined), detail)
    },
    onTokenCreated: ({ account, client, clientMetadata, parameters }) =>
      record(account.did, 'client_authorized', {
        clientId: client.id,
        scope: parameters.scope,
        address: clientMetadata.ipAddress,
      }),
  }
}
