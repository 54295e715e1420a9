import { OAuthError } from '@atproto/oauth-provider/errors'
import type { OAuthProvider } from '@atproto/oauth-provider/provider'
import { oauthClientMetadataSchema } from '@atproto/oauth-types'
import type { Flow } from '../actors/auth/flow.ts'
import { Refusal } from '../base/errors.ts'

/**
 * What the provider looks up here: it fetches the metadata of ids that are an https URL with a
 * path, makes up those of `http://localhost`, and breaks at ids that are no web URL.
 */
const LOOKED_UP = /^https:\/\/[^/?#@]+\/?$/

/**
 * Registers clients without a metadata URL. What the provider would not take of one is refused
 * with {@link Refusal} InvalidRequest and leaves things as they were.
 */
export function createClientRegistration(flow: Flow, provider: OAuthProvider) {
  return async (id: string, given: Record<string, unknown>): Promise<void> => {
    if (!LOOKED_UP.test(id)) {
      throw invalid('its id must be an https URL without a path, such as https://app.example.com')
    }
    const { data: metadata, error } = oauthClientMetadataSchema.safeParse(given)
    if (!metadata)
      throw invalid(error.issues.map((i) => `${i.path.join('.')}: ${i.message}`).join())
    const owner = flow(id)
    const before = await owner.readClient(id)
    await owner.upsertClient(id, JSON.stringify(metadata))
    try {
      await provider.clientManager.getClient(id)
    } catch (err) {
      if (before === null) await owner.deleteClient(id)
      else await owner.upsertClient(id, before)
      if (err instanceof OAuthError && err.statusCode < 500) throw invalid(err.error_description)
      throw err
    }
  }
}

function invalid(why: string): Refusal {
  return new Refusal('InvalidRequest', `Not the metadata of a client to register: ${why}`)
}
