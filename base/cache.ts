import { LRUCache } from 'lru-cache'
import { cacheBytes } from './watching/metrics.ts'

const MB = 1_000_000

/**
 * Every cache there is, with the bytes it may keep in each place that uses it. Strangers choose what
 * is looked up, so they could fill the memory without this. `docs/security.md` lists the same.
 */
export const CACHES = {
  /** Answers that the gateway gives again: assets of the pages, public documents. */
  'kept answers': 16 * MB,
  /** What the metadata URLs of clients answered. */
  'client metadata': 10 * MB,
  /** What the `jwks_uri` of clients answered. */
  'client keys': 10 * MB,
  /** Clients as the provider makes them of both. */
  'known clients': 10 * MB,
  /** Public keys of DPoP proofs. */
  'proof keys': 10 * MB,
  /** DID documents. */
  'DID documents': 32 * MB,
  /** Which sessions are open and which have ended, by their accounts. */
  'session standings': 16 * MB,
  /** Public profiles, for OpenID clients. */
  profiles: 10 * MB,
  /** What access JWTs say whose signature was verified. */
  'verified JWTs': 10 * MB,
} as const

export type CacheName = keyof typeof CACHES

/** The part of a cache that one entry takes at most: who has large ones kept pushes out few others with each. */
const LARGEST = 1 / 30

/** What the cache and its map hold of an entry beside key and value. */
const ENTRY = 250

/**
 * A cache of the entries that were used last. What its keys and values take together never exceeds
 * {@link CACHES}; an entry that is larger than a {@link LARGEST} part of that is not kept.
 *
 * @param bytesOf what a value takes, about
 * @param lifetime of an entry, in milliseconds
 */
export function createCache<V extends object>(
  name: CacheName,
  bytesOf: (value: V) => number,
  lifetime?: number,
): LRUCache<string, V> {
  const cache = new LRUCache<string, V>({
    maxSize: CACHES[name],
    maxEntrySize: Math.floor(CACHES[name] * LARGEST),
    // Characters of a string take one byte or two.
    sizeCalculation: (value, key) => ENTRY + 2 * key.length + bytesOf(value),
    ...(lifetime === undefined ? {} : { ttl: lifetime }),
  })
  cacheBytes.watch(name, cache)
  return cache
}

/** What a value takes that came as JSON: as objects it is some times larger than its text. */
export const bytesOfJson = (value: unknown): number => 4 * JSON.stringify(value).length
