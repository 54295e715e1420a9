import type { Client } from '@atproto/oauth-provider/hooks'
import type { OAuthProvider } from '@atproto/oauth-provider/provider'
import { isOAuthClientIdLoopback } from '@atproto/oauth-types'
import { bytesOfJson, createCache } from '../../base/cache.ts'
import { CLIENT_METADATA } from '../../base/lifetimes.ts'
import type { ClientDocuments } from '../fetching/client_documents.ts'
import { withClockLeeway } from './clock.ts'
import { withNamedKeys } from './named_keys.ts'
import { askedForFewValues } from './request_bounds.ts'
import { assertShortMetadata, listBriefly } from './short_metadata.ts'
import { assertUsualKeys } from './usual_keys.ts'

type GetClient = (id: string) => Promise<Client>
type Known = { client: Client; isLoopback: boolean }

/** Bytes of a client beside its documents: the provider's object, and imported keys. */
const CLIENT = 4_000

/**
 * Clients as the provider made them, for as long as it would make the same again: their metadata and
 * keys are the documents that are kept, or follow from the id (loopback clients, atproto OAuth,
 * "Localhost Client Development"). The provider parses, validates and imports keys for every request.
 */
export class KnownClients {
  readonly #load: GetClient
  readonly #documents: ClientDocuments
  readonly #known = createCache<Known>(
    'known clients',
    ({ client }) => CLIENT + bytesOfJson([client.metadata, client.jwks]),
    // What was made of documents is of no use for longer than they.
    CLIENT_METADATA,
  )

  /** @param load the provider's way to a client, which fetches what is not kept */
  constructor(load: GetClient, documents: ClientDocuments) {
    this.#load = load
    this.#documents = documents
  }

  /** @throws {OAuthError} as the provider does, where there is no such client */
  async get(id: string): Promise<Client> {
    const known = this.#known.get(id)
    if (known && this.#isCurrent(known)) return known.client
    const loaded = { client: await this.#load(id), isLoopback: isOAuthClientIdLoopback(id) }
    if (this.#isCurrent(loaded)) this.#known.set(id, loaded)
    return loaded.client
  }

  /** Never of a client that the operator registered: that one has no documents. */
  #isCurrent({ client: { id, metadata, jwks }, isLoopback }: Known): boolean {
    if (isLoopback) return true
    if (this.#documents.metadata.get(id) !== metadata) return false
    const { jwks_uri: keys } = metadata
    return keys === undefined || this.#documents.keys.get(keys) === jwks
  }
}

/** Keeps the clients of a provider, behind the one method by which it comes to a client. */
export function keepClients(
  manager: OAuthProvider['clientManager'],
  documents: ClientDocuments,
): void {
  const getClient = manager.getClient.bind(manager)
  const load = async (id: string) => {
    const client = await getClient(id)
    try {
      assertShortMetadata(client)
      assertUsualKeys(client)
    } catch (err) {
      documents.forget(client)
      throw err
    }
    return askedForFewValues(withNamedKeys(withClockLeeway(client)))
  }
  const clients = new KnownClients(load, documents)
  manager.getClient = (id) => clients.get(id)
  listBriefly(manager)
}
