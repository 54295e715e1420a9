import type { OAuthHooks } from '@atproto/oauth-provider/hooks'
import type { Services } from '../services.ts'

/** Keeps each account's audit trail of what happens in the provider's pages. */
export function createHooks({ actors, log }: Services): OAuthHooks {
  /** The trail must not stand in the way of what it records. */
  async function record(did: string, event: string, detail: Record<string, unknown>) {
    await actors
      .account(did)
      .audit({ at: Date.now(), event, detail })
      .catch((err) => log.error({ err, did, event }, 'audit entry lost'))
  }

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
