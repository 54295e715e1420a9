import { randomUUID } from 'node:crypto'
import { setTimeout } from 'node:timers/promises'
import { exportJWK, generateKeyPair, type JWK, type KeyLike, SignJWT } from 'jose'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest'
import { CLIENT_KEYS, CLIENT_REFETCH } from '../../base/lifetimes.ts'
import { type AppInProcess, startApp } from '../../lab/world/app/app.ts'
import { ask } from '../shared/ask.ts'
import { FORM, form } from '../shared/mistakes.ts'
import * as rp from '../shared/people/relying_party.ts'

/** The keys that a client publishes, and changes (OpenID Connect Core section 10.1.1). */
type Key = { jwk: JWK; key: KeyLike }
type Published = () => Response
const SECOND = 1_000
let app: AppInProcess
let keys: string
let published: Published
let fetched = 0
let clients = 0
let first: Key
let second: Key

beforeAll(async () => {
  vi.stubGlobal('fetch', async (input: RequestInfo | URL) => {
    const { url } = input as Request
    if (url === document) return Response.json(metadata(url))
    if (url !== keys) return new Response(null, { status: 404 })
    fetched++
    return published()
  })
  app = await startApp()
  await rp.register(app)
  ;[first, second] = await Promise.all(
    ['first', 'second'].map(newKey) as [Promise<Key>, Promise<Key>],
  )
})
beforeEach(() => {
  clients++
  keys = `https://keys-${clients}.vestibule.internal/jwks.json`
  document = `https://tool-${clients}.vestibule.internal/client.json`
  publish([first])
  fetched = 0
  vi.useFakeTimers({ toFake: ['Date'], now: Date.now() })
})
afterEach(() => {
  vi.useRealTimers()
})
afterAll(async () => {
  vi.unstubAllGlobals()
  await app?.close()
})

let document: string
const metadata = (id: string) => ({
  ...{ client_id: id, redirect_uris: ['https://rp.example.com/callback'] },
  ...{ token_endpoint_auth_method: 'private_key_jwt', jwks_uri: keys },
  grant_types: ['authorization_code', 'refresh_token'],
})

async function newKey(kid: string): Promise<Key> {
  const { privateKey: key, publicKey } = await generateKeyPair('ES256')
  return { jwk: { ...(await exportJWK(publicKey)), kid }, key }
}

const publish = (
  which: readonly Key[],
  more: object = {},
  headers: Record<string, string> = {},
) => {
  const body = { keys: which.map(({ jwk }) => jwk), ...more }
  published = () => Response.json(body, { headers })
}

/** What a client is told that shows its key, and a refresh token that is none. */
async function told(id: string, { key }: Key, kid?: string): Promise<string> {
  const now = Math.floor(Date.now() / SECOND)
  const assertion = await new SignJWT({
    ...{ iss: id, sub: id, aud: `${app.runner.settings.publicUrl}/openid` },
    ...{ jti: randomUUID(), iat: now, exp: now + 60 },
  })
    .setProtectedHeader({ alg: 'ES256', ...(kid !== undefined && { kid }) })
    .sign(key)
  const { body } = await ask(app, {
    ...{ method: 'POST', target: '/openid/token', headers: FORM, address: '192.0.2.7' },
    body: form({
      ...{ grant_type: 'refresh_token', refresh_token: 'none', client_assertion: assertion },
      client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
    }),
  })
  return (body as { error: string }).error
}

const KNOWN = 'invalid_grant'
const UNKNOWN = 'invalid_client'
/** By which the clock of the caches, too, is ahead, ms. */
let ahead = 0
const now = performance.now.bind(performance)
vi.spyOn(performance, 'now').mockImplementation(() => now() + ahead)
const later = async (ms: number) => {
  ahead += ms
  vi.setSystemTime(Date.now() + ms)
  // The cache reads its clock anew when a timer of 1 ms has fired that runs since it was last asked.
  await setTimeout(2)
}

/** Who has keys at an address. @returns its id */
const kinds: Record<string, () => Promise<string>> = {
  'is registered': async () => {
    const id = `signer-${clients}`
    const { client_id: _, ...others } = metadata(id)
    await rp.register(app, { id, metadata: others })
    return id
  },
  'publishes itself': async () => document,
}

describe.each(Object.entries(kinds))('of a client that %s', (_, come) => {
  test('one that is withdrawn is good for two minutes more, whatever the answer with it says', async () => {
    const id = await come()
    publish([first], {}, { 'cache-control': 'max-age=86400' })
    expect(await told(id, first, 'first')).toBe(KNOWN)
    publish([second], {}, { 'cache-control': 'max-age=86400' })
    await later(2 * CLIENT_KEYS + SECOND)
    expect(await told(id, first, 'first')).toBe(UNKNOWN)
    expect(await told(id, second, 'second')).toBe(KNOWN)
  })

  test.each<[string, Published]>([
    ['is gone', () => new Response(null, { status: 404 })],
    ['is none', () => Response.json({ keys: 'none' })],
  ])('none is good where what it publishes %s', async (_, answer) => {
    const id = await come()
    expect(await told(id, first, 'first')).toBe(KNOWN)
    published = answer
    await later(2 * CLIENT_KEYS + SECOND)
    for (let n = 0; n < 3; n++) expect(await told(id, first, 'first')).toBe(UNKNOWN)
    publish([first])
    await later(CLIENT_KEYS + SECOND)
    expect(await told(id, first, 'first')).toBe(KNOWN)
  })

  test('a new one is good at once, and nobody has its host asked all the time', async () => {
    const id = await come()
    expect(await told(id, first, 'first')).toBe(KNOWN)
    publish([first, second])
    await later(CLIENT_REFETCH + 1)
    expect(await told(id, second, 'second')).toBe(KNOWN)
    expect(fetched).toBe(2)
    for (let n = 0; n < 5; n++) expect(await told(id, first, `unknown ${n}`)).toBe(UNKNOWN)
    expect(await told(id, first, 'first')).toBe(KNOWN)
    expect(fetched).toBe(2)
  })

  test('they are fetched once a minute, however large, and no larger ones are read', async () => {
    const id = await come()
    const padded = (bytes: number) => publish([first], { pad: 'x'.repeat(bytes) })
    padded(79_000)
    for (let n = 0; n < 3; n++) expect(await told(id, first, 'first')).toBe(KNOWN)
    expect(fetched).toBe(1)
    // Each character of it is written as two in JSON.
    publish([first], { pad: '"'.repeat(39_000) })
    await later(2 * CLIENT_KEYS + SECOND)
    for (let n = 0; n < 3; n++) expect(await told(id, first, 'first')).toBe(KNOWN)
    expect(fetched).toBe(2)
    padded(81_000)
    await later(2 * CLIENT_KEYS + SECOND)
    expect(await told(id, first, 'first')).toBe(UNKNOWN)
  })
})
