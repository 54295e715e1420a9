import type { Client, Jwks, OAuthClientMetadata } from '@atproto/oauth-provider/hooks'
import { isOAuthClientIdLoopback } from '@atproto/oauth-types'
import { bytesOfJson, createCache } from '../base/cache.ts'
import { CLIENT_METADATA } from '../base/lifetimes.ts'
import type { FetchedDocuments } from './fetched_documents.ts'

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
  readonly #metadata: FetchedDocuments<OAuthClientMetadata>
  readonly #keys: FetchedDocuments<Jwks>
  readonly #known = createCache<Known>(
    'known clients',
    ({ client }) => CLIENT + bytesOfJson([client.metadata, client.jwks]),
    // What was made of documents is of no use for longer than they.
    CLIENT_METADATA,
  )

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
    if (known && this.#isCurrent(known)) return known.client
    const loaded = { client: await this.#load(id), isLoopback: isOAuthClientIdLoopback(id) }
    if (this.#isCurrent(loaded)) this.#known.set(id, loaded)
    return loaded.client
  }

  /** Never of a client that the operator registered: that one has no documents. */
  #isCurrent({ client: { id, metadata, jwks }, isLoopback }: Known): boolean {
    if (isLoopback) return true
    if (this.#metadata.get(id) !== metadata) return false
    return metadata.jwks_uri === undefined || this.#keys.get(metadata.jwks_uri) === jwks
  }
}
