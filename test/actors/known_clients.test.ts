import type { Client, OAuthClientMetadata } from '@atproto/oauth-provider/hooks'
import { beforeEach, expect, test, vi } from 'vitest'
import { KnownClients } from '../../oauth/clients/known_clients.ts'
import { ClientDocuments } from '../../oauth/fetching/client_documents.ts'

const LOOPBACK = 'http://localhost?scope=atproto'
const WEB = 'https://app.example/client.json'
const KEYS = 'https://app.example/keys.json'

let published: ClientDocuments
let known: KnownClients
const load = vi.fn(async (id: string) => {
  const metadata = published.metadata.get(id) ?? {}
  return { id, metadata, jwks: published.keys.get(KEYS) } as Client
})

const publish = (client: Partial<OAuthClientMetadata> = {}) =>
  published.metadata.set(WEB, client as OAuthClientMetadata)
const publishKeys = () => published.keys.set(KEYS, { keys: [] })

/** How often the provider is asked for a client that is wanted twice. */
async function loadedFor(id: string): Promise<number> {
  load.mockClear()
  expect(await known.get(id)).toMatchObject({ id })
  await known.get(id)
  return load.mock.calls.length
}

beforeEach(() => {
  published = new ClientDocuments()
  known = new KnownClients(load, published)
})

test('a loopback client is what its id says', async () => {
  expect(await loadedFor(LOOPBACK)).toBe(1)
  expect(await loadedFor(LOOPBACK)).toBe(0)
})

test('a web client is known as long as its metadata are the same', async () => {
  publish()
  expect(await loadedFor(WEB)).toBe(1)
  publish()
  expect(await loadedFor(WEB)).toBe(1)
  published.metadata.del(WEB)
  expect(await loadedFor(WEB)).toBe(2)
})

test('and its keys', async () => {
  publish({ jwks_uri: KEYS })
  publishKeys()
  expect(await loadedFor(WEB)).toBe(1)
  publishKeys()
  expect(await loadedFor(WEB)).toBe(1)
  published.keys.del(KEYS)
  await known.get(WEB)
  expect(load).toHaveBeenCalledTimes(2)
})

test('a client that was registered here is looked up every time', async () => {
  expect(await loadedFor('https://app.example')).toBe(2)
  expect(await loadedFor('registered')).toBe(2)
})

test('many large ones are not all kept', async () => {
  const large = { client_name: 'x'.repeat(450_000) } as OAuthClientMetadata
  const ids = Array.from({ length: 30 }, (_, i) => `https://app.example/${i}.json`)
  for (const id of ids) {
    published.metadata.set(id, large)
    await known.get(id)
  }
  load.mockClear()
  for (const id of ids) await known.get(id)
  expect(load.mock.calls.length).toBeGreaterThan(0)
})

test('one that was refused is asked for again', async () => {
  publish()
  load.mockRejectedValueOnce(new Error('No such client'))
  await expect(known.get(WEB)).rejects.toThrow('No such client')
  expect(await loadedFor(WEB)).toBe(1)
})
