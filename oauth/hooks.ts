import { InvalidRequestError } from '@atproto/oauth-provider/errors'
import type { OAuthHooks } from '@atproto/oauth-provider/hooks'
import { recordAudit } from '../sagas/audit.ts'
import type { Services } from '../sagas/services.ts'
import { requestScope } from '../stores/request_scope.ts'
import { WrongCodeError } from '../stores/wrong_code_error.ts'

/** Keeps each account's audit trail of what happens in the provider's pages, and names sessions in tokens. */
export function createHooks(services: Services): OAuthHooks {
  const record = recordAudit.bind(null, services)

  return {
    /**
     * Will the client be able to tell this login from another? Asked when all else is right, so that
     * a developer reads first what keeps the request from being understood.
     *
     * atproto OAuth, "Request Fields": "The `state` parameter in client authorization requests is
     * mandatory."
     */
    onAuthorizationRequest: ({ parameters }) => {
      if (!parameters.state) throw new InvalidRequestError('state is required')
    },
    /**
     * Each access token names its OAuth session in `sid`, as those of legacy sessions do (`tokens/`):
     * by the id of the first access token, which stays while the tokens change.
     */
    onCreateToken: ({ claims }) => ({ ...claims, sid: requestScope().sid ?? claims.jti }),
    onSignedIn: ({ account, deviceId, deviceMetadata, clientId }) =>
      record(account.did, 'signed_in', { deviceId, address: deviceMetadata.ipAddress, clientId }),
    onSignInFailed: async ({ did, error, deviceId, deviceMetadata, clientId }) => {
      const about = error instanceof WrongCodeError ? error.did : did
      if (!about) return
      const address = deviceMetadata.ipAddress
      await record(about, 'sign_in_failed', { deviceId, address, clientId })
    },
    onTokenCreated: ({ account, client, clientMetadata, parameters }) =>
      record(account.did, 'client_authorized', {
        clientId: client.id,
        scope: parameters.scope,
        address: clientMetadata.ipAddress,
      }),
  }
}
