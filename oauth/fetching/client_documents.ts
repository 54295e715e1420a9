import type { Client, Jwks, OAuthClientMetadata } from '@atproto/oauth-provider/hooks'
import { CLIENT_KEYS, CLIENT_METADATA } from '../../base/lifetimes.ts'
import { FetchedDocuments } from './fetched_documents.ts'

/** What clients publish of themselves, kept for a while. */
export class ClientDocuments {
  readonly metadata = new FetchedDocuments<OAuthClientMetadata>('client metadata', CLIENT_METADATA)
  readonly keys = new FetchedDocuments<Jwks>('client keys', CLIENT_KEYS)

  /** What a client published may have changed. @returns whether anything is left to fetch */
  expire({ id, metadata }: Client): boolean {
    const isMetadataExpired = this.metadata.expire(id)
    const areKeysExpired = metadata.jwks_uri ? this.keys.expire(metadata.jwks_uri) : false
    return isMetadataExpired || areKeysExpired
  }

  /** What was refused is fetched anew for the next request: its client may have mended it. */
  forget({ id, metadata }: Client): void {
    this.metadata.del(id)
    if (metadata.jwks_uri) this.keys.del(metadata.jwks_uri)
  }
}
