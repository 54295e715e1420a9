import type { LRUCache } from 'lru-cache'
import { bytesOfJson, type CacheName, createCache } from '../../base/cache.ts'
import { CLIENT_REFETCH } from '../../base/lifetimes.ts'

/**
 * Documents that clients publish (metadata, JWKS), kept for a while; the provider's cache
 * interface. One can be dropped early, to be fetched again when it may have changed.
 */
export class FetchedDocuments<V extends object> {
  readonly #kept: LRUCache<string, V>
  readonly #lifetime: number

  /**
   * @param lifetime in milliseconds
   * @param bytesOf what a document takes, about
   */
  constructor(name: CacheName, lifetime: number, bytesOf: (document: V) => number = bytesOfJson) {
    this.#lifetime = lifetime
    this.#kept = createCache<V>(name, bytesOf, lifetime)
  }

  get(url: string): V | undefined {
    return this.#kept.get(url)
  }

  set(url: string, document: V): void {
    this.#kept.set(url, document)
  }

  del(url: string): void {
    this.#kept.delete(url)
  }

  /**
   * Drops a document, unless it was fetched a moment ago: an attacker who sends bad requests in a
   * client's name must not be able to make us flood that client's server.
   *
   * @returns whether the next look will fetch it
   */
  expire(url: string): boolean {
    const age = this.#lifetime - this.#kept.getRemainingTTL(url)
    return age >= CLIENT_REFETCH && this.#kept.delete(url)
  }
}
