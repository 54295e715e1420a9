import type { OAuthHooks } from '@atproto/oauth-provider/hooks'
import type { Services } from '../services.ts'
import { recordAudit } from './audit.ts'

/** Keeps each account's audit trail of what happens in the provider's pages. */
export function createHooks(services: Services): OAuthHooks {
  const record = recordAudit.bind(null, services)

  return {
    onSignedIn: ({ account, deviceId, deviceMetadata, clientId }) =>
      record(account.did, 'signed_in', { deviceId, address: deviceMetadata.ipAddress, clientId }),
    onSignInFailed: async ({ did, deviceId, deviceMetadata, clientId }) => {
      if (!did) return
      const address = deviceMetadata.ipAddress
      await record(did, 'sign_in_failed', { deviceId, address, clientId })
    },
    onTokenCreated: ({ account, client, clientMetadata, parameters }) =>
      record(account.did, 'client_authorized', {
        clientId: client.id,
        scope: parameters.scope,
        address: clientMetadata.ipAddress,
      }),
  }
}
