import type { CacheResult, DidCache, DidDocument } from '@atproto/identity'
import { bytesOfJson, createCache } from '../base/cache.ts'
import { DID_DOCUMENT_EXPIRED, DID_DOCUMENT_STALE } from '../base/lifetimes.ts'

/**
 * Keeps DID documents in memory: every session is answered with one. A stale one is answered once
 * more while it is fetched anew; an expired one is not.
 */
export class MemoryDidCache implements DidCache {
  readonly #documents = createCache<{ doc: DidDocument; updatedAt: number }>(
    'DID documents',
    bytesOfJson,
  )
  readonly #refreshing = new Set<string>()

  async cacheDid(did: string, doc: DidDocument): Promise<void> {
    this.#documents.set(did, { doc, updatedAt: Date.now() })
  }

  async checkCache(did: string): Promise<CacheResult | null> {
    const kept = this.#documents.get(did)
    if (!kept) return null
    const age = Date.now() - kept.updatedAt
    return { did, ...kept, stale: age > DID_DOCUMENT_STALE, expired: age > DID_DOCUMENT_EXPIRED }
  }

  async refreshCache(did: string, getDoc: () => Promise<DidDocument | null>): Promise<void> {
    if (this.#refreshing.has(did)) return
    this.#refreshing.add(did)
    void getDoc()
      .then((doc) => (doc ? this.cacheDid(did, doc) : this.clearEntry(did)))
      // It stays stale, and the next one who asks tries again.
      .catch(() => {})
      .finally(() => this.#refreshing.delete(did))
  }

  async clearEntry(did: string): Promise<void> {
    this.#documents.delete(did)
  }

  async clear(): Promise<void> {
    this.#documents.clear()
  }
}
