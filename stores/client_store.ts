import { InvalidClientMetadataError } from '@atproto/oauth-provider/errors'
import type { ClientStore } from '@atproto/oauth-provider/store'
import type { Db } from './sql/database.ts'
import { readClient } from './sql/flow/client.ts'

/** Clients that the operator registered; those with a metadata URL need no registration. */
export function createClientStore(db: Db): ClientStore {
  return {
    findClient(clientId) {
      const metadata = readClient(db, clientId)
      if (metadata === null) throw new InvalidClientMetadataError(`Unknown client "${clientId}"`)
      return JSON.parse(metadata)
    },
  }
}
