import { InvalidClientMetadataError } from '@atproto/oauth-provider/errors'
import type { ClientStore } from '@atproto/oauth-provider/store'
import type { Flow } from '../actors/auth/flow.ts'
import { requestScope } from './request_scope.ts'

/** Clients that the operator registered; those with a metadata URL need no registration. */
export function createClientStore(flow: Flow): ClientStore {
  return {
    async findClient(clientId) {
      const client = await flow(clientId).readClient(clientId)
      if (client === null) throw new InvalidClientMetadataError(`Unknown client "${clientId}"`)
      requestScope().noteRegistered(clientId, client.registeredAt)
      return JSON.parse(client.metadata)
    },
  }
}
