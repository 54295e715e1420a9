import type { Client, Jwks, OAuthClientMetadata } from '@atproto/oauth-provider/hooks'
import { isOAuthClientIdLoopback } from '@atproto/oauth-types'
import { LRUCache } from 'lru-cache'
import type { FetchedDocuments } from './fetched_documents.ts'

const MAX_CLIENTS = 1_000
/** Characters of all their ids, so that nobody can fill the memory with long ones. */
const MAX_SIZE = 1_000_000

type GetClient = (id: string) => Promise<Client>
type Known = { client: Client; isLoopback: boolean }

/**
 * Clients as the provider made them, for as long as it would make the same again: their metadata and
 * keys are the documents that are kept, or follow from the id (loopback clients, atproto OAuth,
 * "Localhost Client Development"). The provider parses, validates and imports keys for every request.
 */
export class KnownClients {
  readonly #load: GetClient
  readonly #metadata: FetchedDocuments<OAuthClientMetadata>
  readonly #keys: FetchedDocuments<Jwks>
  readonly #known = new LRUCache<string, Known>({
    max: MAX_CLIENTS,
    maxSize: MAX_SIZE,
    sizeCalculation: (_, id) => id.length,
  })

  /** @param load the provider's way to a client, which fetches what is not kept */
  constructor(
    load: GetClient,
    metadata: FetchedDocuments<OAuthClientMetadata>,
    keys: FetchedDocuments<Jwks>,
  ) {
    this.#load = load
    this.#metadata = metadata
    this.#keys = keys
  }

  /** @throws {OAuthError} as the provider does, where there is no such client */
  async get(id: string): Promise<Client> {
    const known = this.#known.get(id)
    if (known && (known.isLoopback || this.#isCurrent(known.client))) return known.client
    const client = await this.#load(id)
    this.#known.set(id, { client, isLoopback: isOAuthClientIdLoopback(id) })
    return client
  }

  /** Never of a client that the operator registered: that one has no documents. */
  #isCurrent({ id, metadata, jwks }: Client): boolean {
    if (this.#metadata.get(id) !== metadata) return false
    return metadata.jwks_uri === undefined || this.#keys.get(metadata.jwks_uri) === jwks
  }
}
