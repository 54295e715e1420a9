import type { IncomingMessage } from 'node:http'
import { expect, test } from 'vitest'
import { CACHES, type CacheName, createCache } from '../../../base/cache.ts'
import { cacheBytes } from '../../../base/watching/metrics.ts'
import { KeptAnswers } from '../../../gateway/answers/kept_answers.ts'

test.each(Object.keys(CACHES) as CacheName[])('34. the cache of %s holds what it may', (name) => {
  const cache = createCache<{ text: string }>(name, ({ text }) => text.length)
  const text = 'x'.repeat(CACHES[name] / 100)
  for (let i = 0; i < 300; i++) cache.set(`${i}${'k'.repeat(CACHES[name] / 200)}`, { text })
  expect(cache.size).toBeGreaterThan(10)
  expect(cache.calculatedSize).toBeLessThanOrEqual(CACHES[name])
  const others = cache.size
  for (const part of [1 / 20, 1 / 2, 2]) {
    cache.set('too large', { text: 'x'.repeat(CACHES[name] * part) })
    expect([cache.has('too large'), cache.size]).toEqual([false, others])
  }
  cache.set('valid', { text: 'x' })
  expect(cache.get('valid')).toEqual({ text: 'x' })
})

const document = { status: 200, headers: [], body: Buffer.from('{}'), keepFor: 60_000 }

const HOST = 'entryway.example.com'

const asked = (url: string, headers: Record<string, string> = {}) =>
  ({ method: 'GET', url, headers: { host: HOST, ...headers } }) as unknown as IncomingMessage

async function bytesKept(): Promise<number> {
  const { values } = await cacheBytes.get()
  return values.find(({ labels }) => labels.cache === 'kept answers')?.value ?? 0
}

test.each([
  ['queries', (i: number) => asked(`/.well-known/did.json?${i}${'x'.repeat(15_000)}`)],
  ['absolute forms', (i: number) => asked(`http${'s'.repeat(i % 2)}://${HOST}/${i}.js`)],
  ['destinations', (i: number) => asked('/.well-known/did.json', { 'sec-fetch-dest': `x${i}` })],
  ['hosts', (i: number) => asked('/.well-known/did.json', { host: `x${i}` })],
  ['sites', (i: number) => asked('/.well-known/did.json', { 'sec-fetch-site': `x${i}` })],
])('34. %s that a client makes up keep no answer', async (_, request) => {
  const kept = new KeptAnswers(HOST)
  const before = await bytesKept()
  for (let i = 0; i < 100; i++) kept.keep(request(i), document)
  expect(await bytesKept()).toBe(before)
  expect(kept.get(request(1))).toBeUndefined()
  kept.keep(asked('/.well-known/did.json'), document)
  expect(kept.get(asked('/.well-known/did.json'))).toBe(document)
})

test('34. the bound counts what answers are kept by', async () => {
  const before = await bytesKept()
  const kept = new KeptAnswers(HOST)
  const path = (i: number) => asked(`/${i}/${'x'.repeat(15_000)}`)
  for (let i = 0; i < 2_000; i++) kept.keep(path(i), document)
  expect(await bytesKept()).toBeLessThanOrEqual(before + CACHES['kept answers'])
  expect(kept.get(path(0))).toBeUndefined()
  expect(kept.get(path(1_999))).toBe(document)
})
