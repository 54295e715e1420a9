import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { DID_DOCUMENT_EXPIRED, DID_DOCUMENT_STALE } from '../../base/lifetimes.ts'
import { MemoryDidCache } from '../../identity/did_cache.ts'

const did = 'did:plc:aaaaaaaaaaaaaaaaaaaaaaaa'
const before = { id: did, alsoKnownAs: ['at://before.test'] }
const after = { id: did, alsoKnownAs: ['at://after.test'] }

let cache: MemoryDidCache
beforeEach(async () => {
  vi.useFakeTimers({ toFake: ['Date'] })
  cache = new MemoryDidCache()
  await cache.cacheDid(did, before)
})
afterEach(() => vi.useRealTimers())

test('a document is fresh, then stale, then expired', async () => {
  expect(await cache.checkCache(did)).toMatchObject({ doc: before, stale: false, expired: false })
  vi.advanceTimersByTime(DID_DOCUMENT_STALE + 1)
  expect(await cache.checkCache(did)).toMatchObject({ doc: before, stale: true, expired: false })
  vi.advanceTimersByTime(DID_DOCUMENT_EXPIRED)
  expect(await cache.checkCache(did)).toMatchObject({ stale: true, expired: true })
})

test('a refresh does not keep those waiting who ask, and happens once', async () => {
  const fetched = Promise.withResolvers<typeof after>()
  const fetchDocument = vi.fn(() => fetched.promise)
  await cache.refreshCache(did, fetchDocument)
  await cache.refreshCache(did, fetchDocument)
  expect(fetchDocument).toHaveBeenCalledTimes(1)
  expect(await cache.checkCache(did)).toMatchObject({ doc: before })
  fetched.resolve(after)
  await vi.waitFor(async () => expect(await cache.checkCache(did)).toMatchObject({ doc: after }), {
    timeout: 60_000,
  })
})

test('a refresh that fails leaves what there was, one that finds nothing does not', async () => {
  await cache.refreshCache(did, () => Promise.reject(new Error('PLC is down')))
  await vi.advanceTimersByTimeAsync(0)
  expect(await cache.checkCache(did)).toMatchObject({ doc: before })
  await cache.refreshCache(did, async () => null)
  await vi.advanceTimersByTimeAsync(0)
  expect(await cache.checkCache(did)).toBeNull()
})
