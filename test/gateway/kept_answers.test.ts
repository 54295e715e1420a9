import type { IncomingMessage } from 'node:http'
import { expect, test } from 'vitest'
import { CACHES } from '../../base/cache.ts'
import { cacheBytes } from '../../base/metrics.ts'
import { KeptAnswers } from '../../gateway/kept_answers.ts'

const document = { status: 200, headers: [], body: Buffer.from('{}'), keepFor: 60_000 }

const asked = (url: string, headers: Record<string, string> = {}) =>
  ({ method: 'GET', url, headers }) as unknown as IncomingMessage

async function bytesKept(): Promise<number> {
  const { values } = await cacheBytes.get()
  return values.find(({ labels }) => labels.cache === 'kept answers')?.value ?? 0
}

test.each([
  ['queries', (i: number) => asked(`/.well-known/did.json?${i}${'x'.repeat(15_000)}`)],
  ['destinations', (i: number) => asked('/.well-known/did.json', { 'sec-fetch-dest': `x${i}` })],
  ['sites', (i: number) => asked('/.well-known/did.json', { 'sec-fetch-site': `x${i}` })],
])('%s that a client makes up keep nothing', async (_, request) => {
  const kept = new KeptAnswers()
  const before = await bytesKept()
  for (let i = 0; i < 100; i++) kept.keep(request(i), document)
  expect(await bytesKept()).toBe(before)
  expect(kept.get(request(1))).toBeUndefined()
  kept.keep(asked('/.well-known/did.json'), document)
  expect(kept.get(asked('/.well-known/did.json'))).toBe(document)
})

test('the bound counts what answers are kept by', async () => {
  const before = await bytesKept()
  const kept = new KeptAnswers()
  const path = (i: number) => asked(`/${i}/${'x'.repeat(15_000)}`)
  for (let i = 0; i < 2_000; i++) kept.keep(path(i), document)
  expect(await bytesKept()).toBeLessThanOrEqual(before + CACHES['kept answers'])
  expect(kept.get(path(0))).toBeUndefined()
  expect(kept.get(path(1_999))).toBe(document)
})
