import { OAuthError } from '@atproto/oauth-provider/errors'
import type { OAuthProvider } from '@atproto/oauth-provider/provider'
import { oauthClientMetadataSchema } from '@atproto/oauth-types'
import type { Flow } from '../actors/auth/flow.ts'
import { Refusal, UnavailableError } from '../base/errors.ts'
import { askProvider } from '../stores/request_scope.ts'

/**
 * What the provider looks up here: it fetches the metadata of ids that are an https URL with a
 * path, makes up those of `http://localhost`, and breaks at ids that are no web URL.
 */
const LOOKED_UP = /^https:\/\/[^/?#@]+\/?$/

/**
 * Registers clients without a metadata URL. What the provider would not take of one is refused
 * with {@link Refusal} InvalidRequest and leaves things as they were; a database that fails is an
 * {@link UnavailableError}.
 */
export function createClientRegistration(flow: Flow, provider: OAuthProvider) {
  async function register(id: string, metadata: string): Promise<void> {
    const owner = flow(id)
    const before = await owner.readClient(id)
    await owner.upsertClient(id, metadata)
    try {
      await askProvider(() => provider.clientManager.getClient(id))
    } catch (err) {
      if (before === null) await owner.deleteClient(id)
      else await owner.upsertClient(id, before)
      throw err
    }
  }

  return async (id: string, given: Record<string, unknown>): Promise<void> => {
    if (!LOOKED_UP.test(id)) {
      throw invalid('its id must be an https URL without a path, such as https://app.example.com')
    }
    const { data: metadata, error } = oauthClientMetadataSchema.safeParse(given)
    if (!metadata)
      throw invalid(error.issues.map((i) => `${i.path.join('.')}: ${i.message}`).join())
    try {
      await register(id, JSON.stringify(metadata))
    } catch (err) {
      if (err instanceof OAuthError && err.statusCode < 500) throw invalid(err.error_description)
      if (err instanceof UnavailableError) throw err
      throw new UnavailableError('The database', { cause: err })
    }
  }
}

function invalid(why: string): Refusal {
  return new Refusal('InvalidRequest', `Not the metadata of a client to register: ${why}`)
}
