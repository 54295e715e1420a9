import { OAuthError } from '@atproto/oauth-provider/errors'
import type { OAuthProvider } from '@atproto/oauth-provider/provider'
import { oauthClientMetadataSchema } from '@atproto/oauth-types'
import { Refusal } from '../../errors.ts'
import type { Db } from '../../stores/sql/database.ts'
import { deleteClient, readClient, upsertClient } from '../../stores/sql/flow/client.ts'

/** Such clients publish their metadata themselves; they are never looked up here. */
const NEEDS_NO_REGISTRATION = /^https?:/

/**
 * Registers clients without a metadata URL. What the provider would not take of one is refused
 * with {@link Refusal} InvalidRequest and leaves things as they were.
 */
export function createClientRegistration(db: Db, provider: OAuthProvider) {
  return async (id: string, given: Record<string, unknown>): Promise<void> => {
    if (NEEDS_NO_REGISTRATION.test(id)) throw invalid('a client whose id is a URL publishes them')
    // The provider looks at every id as a URL first, and breaks at one that is none.
    if (!URL.canParse(id)) throw invalid('its id must be a URI, such as urn:example:app')
    const { data: metadata, error } = oauthClientMetadataSchema.safeParse(given)
    if (!metadata)
      throw invalid(error.issues.map((i) => `${i.path.join('.')}: ${i.message}`).join())
    const before = readClient(db, id)
    upsertClient(db, id, JSON.stringify(metadata))
    try {
      await provider.clientManager.getClient(id)
    } catch (err) {
      if (before === null) deleteClient(db, id)
      else upsertClient(db, id, before)
      if (err instanceof OAuthError && err.statusCode < 500) throw invalid(err.error_description)
      throw err
    }
  }
}

function invalid(why: string): Refusal {
  return new Refusal('InvalidRequest', `Not the metadata of a client to register: ${why}`)
}
