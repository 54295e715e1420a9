import type { OAuthProvider } from '@atproto/oauth-provider/provider'
import { oauthClientMetadataSchema } from '@atproto/oauth-types'
import { askEach, type Flow } from '../../actors/auth/flow.ts'
import { Refusal, UnavailableError } from '../../base/errors.ts'
import type { RegisteredClient } from '../../database/flow/client.ts'
import { mergePages } from '../../database/partition.ts'
import { isOAuthRefusal } from '../../stores/oauth_errors.ts'
import { askProvider } from '../../stores/request_scope.ts'

/**
 * What the provider looks up here: it fetches the metadata of ids that are an https URL with a
 * path, makes up those of `http://localhost`, and breaks at ids that are no web URL.
 */
const LOOKED_UP = /^https:\/\/[^/?#@]+\/?$/

/** `registeredAt` is milliseconds since the epoch. */
type Registered = { id: string; metadata: Record<string, unknown>; registeredAt: number }

const toRegistered = ({ metadata, ...client }: RegisteredClient): Registered => ({
  ...client,
  metadata: JSON.parse(metadata),
})

/** The clients without a metadata URL, which the operator registers. */
export type ClientRegistry = {
  /**
   * Registers one or changes it. What the provider would not take of it is refused with
   * {@link Refusal} InvalidRequest and leaves things as they were; a database that fails is an
   * {@link UnavailableError}.
   */
  register(id: string, metadata: Record<string, unknown>): Promise<{ isNew: boolean }>
  /** In the order of their ids; `next` is the `after` of the next page. */
  list(after: string, limit: number): Promise<{ clients: Registered[]; next: string | null }>
  find(id: string): Promise<Registered | null>
  /**
   * From now on the client is unknown: sign-ins to it and refreshes of its sessions are refused. What it was given until
   * then counts no more, also where another is registered by its id.
   */
  remove(id: string): Promise<void>
}

/** @param partitions over how many auth actors the clients are spread */
export function createClientRegistry(
  flow: Flow,
  provider: OAuthProvider,
  partitions: number,
): ClientRegistry {
  async function write(id: string, metadata: string): Promise<{ isNew: boolean }> {
    const owner = flow(id)
    const before = await owner.readClient(id)
    await owner.upsertClient(id, metadata)
    try {
      await askProvider(() => provider.clientManager.getClient(id))
      return { isNew: before === null }
    } catch (err) {
      if (before === null) await owner.deleteClient(id)
      else await owner.upsertClient(id, before.metadata)
      throw err
    }
  }

  return {
    async register(id, given) {
      if (!LOOKED_UP.test(id)) {
        throw invalid('its id must be an https URL without a path, such as https://app.example.com')
      }
      const { data: metadata, error } = oauthClientMetadataSchema.safeParse(given)
      if (!metadata)
        throw invalid(error.issues.map((i) => `${i.path.join('.')}: ${i.message}`).join())
      try {
        return await write(id, JSON.stringify(metadata))
      } catch (err) {
        if (isOAuthRefusal(err)) throw invalid(err.error_description)
        if (err instanceof UnavailableError) throw err
        throw new UnavailableError('The database', { cause: err })
      }
    },
    async list(after, limit) {
      const pages = await askEach(flow, partitions, (owner) => owner.listClients(after, limit))
      const { rows, next } = mergePages(pages, limit)
      return { clients: rows.map(toRegistered), next }
    },
    async find(id) {
      const client = await flow(id).readClient(id)
      return client && toRegistered(client)
    },
    async remove(id) {
      await flow(id).deleteClient(id)
      await askEach(flow, partitions, (owner) => owner.deleteRequestsOf(id))
    },
  }
}

function invalid(why: string): Refusal {
  return new Refusal('InvalidRequest', `Not the metadata of a client to register: ${why}`)
}
