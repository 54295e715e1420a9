import { type Keypair, P256Keypair, Secp256k1Keypair } from '@atproto/crypto'
import { createServiceJwt } from '@atproto/xrpc-server'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest'
import { DID_DOCUMENT_EXPIRED, DID_DOCUMENT_STALE } from '../../base/lifetimes.ts'
import { type AppInProcess, startApp } from '../../lab/world/app/app.ts'
import { type LoopbackServer, listenOnLoopback } from '../../lab/world/loopback.ts'

/** JWTs that are signed with the repo key of an account: what its PDS asks in its name. */
const LXM = 'com.atproto.server.createAppPassword'
/** Stands for an array within an array, and so on: deeper than `JSON.stringify` goes, which could not write it. */
const NESTED = 'nested'
const DEEP = 50_000
let plc: LoopbackServer
let isPlcDown = false
let alsoKnownAs: unknown[]
let app: AppInProcess
let did: string
let key: Keypair
let published: Keypair

beforeAll(async () => {
  plc = await listenOnLoopback((incoming, outgoing) => {
    const id = decodeURIComponent(incoming.url?.slice(1) ?? '')
    const endpoint = 'http://127.0.0.1:9'
    const multibase = published.did().slice('did:key:'.length)
    const method = { id: `${id}#atproto`, type: 'Multikey', controller: id }
    outgoing.statusCode = isPlcDown ? 503 : 200
    outgoing.setHeader('content-type', 'application/json')
    const document = JSON.stringify({
      ...{ id, alsoKnownAs },
      verificationMethod: [{ ...method, publicKeyMultibase: multibase }],
      service: [
        { id: '#atproto_pds', type: 'AtprotoPersonalDataServer', serviceEndpoint: endpoint },
      ],
    })
    outgoing.end(document.replace(JSON.stringify(NESTED), '['.repeat(DEEP) + ']'.repeat(DEEP)))
  })
  app = await startApp({ env: { ENTRYWAY_PLC_URL: plc.url, ENTRYWAY_RATE_LIMITS: 'off' } })
})
afterAll(async () => {
  await app?.close()
  await plc?.close()
})
let number = 0
beforeEach(async () => {
  key = await Secp256k1Keypair.create()
  published = key
  isPlcDown = false
  alsoKnownAs = []
  const name = `kim${'abcdefghijklmnopqrstuvwxyz'[number++]}`
  const account = { handle: `${name}.test`, email: `${name}@mail.internal`, password: 'x' }
  did = await app.addAccount(account)
  vi.useFakeTimers({ toFake: ['Date'] })
})
afterEach(() => void vi.useRealTimers())

type Change = Partial<Parameters<typeof createServiceJwt>[0]>
const sign = (change: Change = {}) =>
  createServiceJwt({ iss: did, aud: app.runner.settings.did, lxm: LXM, keypair: key, ...change })

let made = 0
async function call(jwt: string): Promise<number> {
  const answer = await app.ask({
    method: 'POST',
    target: `/xrpc/${LXM}`,
    headers: { authorization: `Bearer ${jwt}`, 'content-type': 'application/json' },
    body: JSON.stringify({ name: `password ${made++}` }),
  })
  return 'status' in answer ? answer.status : 0
}

const encode = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url')
async function resigned(jwt: string, header: object, claims: object): Promise<string> {
  const [before = '', payload = ''] = jwt.split('.')
  const read = (part: string) => JSON.parse(String(Buffer.from(part, 'base64url')))
  const message = `${encode({ ...read(before), ...header })}.${encode({ ...read(payload), ...claims })}`
  return `${message}.${Buffer.from(await key.sign(Buffer.from(message))).toString('base64url')}`
}

describe('47. a service JWT', () => {
  const seconds = () => Math.floor(Date.now() / 1_000)
  const refused: [string, () => Promise<string>][] = [
    ['for the PDS', () => sign({ aud: 'did:web:pds.test' })],
    ['for a service of this DID', () => sign({ aud: `${app.runner.settings.did}#x` })],
    ['for several', async () => resigned(await sign(), {}, { aud: [app.runner.settings.did] })],
    ['for another method', () => sign({ lxm: 'com.atproto.server.getSession' })],
    ['for any method', () => sign({ lxm: null })],
    ['for a method in capitals', () => sign({ lxm: LXM.toUpperCase() })],
    ['for several methods', async () => resigned(await sign(), {}, { lxm: [LXM] })],
    ['that has expired', () => sign({ exp: seconds() - 1 })],
    ['without exp', async () => resigned(await sign(), {}, { exp: undefined })],
    ['whose exp is text', async () => resigned(await sign(), {}, { exp: '9999999999' })],
    ['of another key', async () => sign({ keypair: await Secp256k1Keypair.create() })],
    ['of another curve', async () => sign({ keypair: await P256Keypair.create() })],
    ['that says another curve', async () => resigned(await sign(), { alg: 'ES256' }, {})],
    ['that says none', async () => resigned(await sign(), { alg: 'none' }, {})],
    ['that says HS256', async () => resigned(await sign(), { alg: 'HS256' }, {})],
    ['of an access token', async () => resigned(await sign(), { typ: 'at+jwt' }, {})],
    ['of a proof', async () => resigned(await sign(), { typ: 'dpop+jwt' }, {})],
    ['of nobody here', () => sign({ iss: 'did:plc:nobodynobodynobodynobody' })],
    ['of two issuers', async () => resigned(await sign(), {}, { iss: [did] })],
  ]
  test.each(refused)('%s is refused', async (_, forge) => {
    const status = await call(await forge())
    expect([400, 401, 403]).toContain(status)
    expect(await call(await sign())).toBe(200)
  })

  test('of a key that was withdrawn elsewhere is refused after five minutes, whoever asked last', async () => {
    expect(await call(await sign())).toBe(200)
    const withdrawn = key
    published = await Secp256k1Keypair.create()
    for (const passed of [DID_DOCUMENT_STALE + 1, DID_DOCUMENT_EXPIRED / 2]) {
      vi.setSystemTime(Date.now() + passed)
      expect(await call(await sign({ keypair: withdrawn }))).toBe(401)
      expect(await call(await sign({ keypair: published }))).toBe(200)
    }
  })

  test('of a PDS whose clock is ahead waits after a sign-out as any other', async () => {
    const { accessTokenLifetime } = app.runner.settings
    const ahead = async () => sign({ iat: seconds() + 86_400, exp: seconds() + 86_460 })
    expect(await call(await ahead())).toBe(200)
    await app.actors.account(did).signOutEverywhere()
    expect(await call(await sign())).toBe(400)
    expect(await call(await ahead())).toBe(400)
    vi.setSystemTime(Date.now() + accessTokenLifetime + 1_001)
    expect(await call(await ahead())).toBe(200)
  })

  test('of the last known key counts for a day while PLC does not answer', async () => {
    expect(await call(await sign())).toBe(200)
    isPlcDown = true
    vi.setSystemTime(Date.now() + DID_DOCUMENT_STALE + 1)
    expect(await call(await sign())).toBe(200)
    vi.setSystemTime(Date.now() + DID_DOCUMENT_EXPIRED)
    expect(await call(await sign())).toBe(502)
    isPlcDown = false
    expect(await call(await sign())).toBe(200)
  })

  test('of a DID whose document has many values is refused, before they are looked at', async () => {
    alsoKnownAs = Array(1_001).fill('at://kim.test')
    expect(await call(await sign())).toBe(401)
    alsoKnownAs = Array(100).fill('at://kim.test')
    expect(await call(await sign())).toBe(200)
  })

  test('of a DID whose document is nested deeply is refused as any that is wrong', async () => {
    alsoKnownAs = [NESTED]
    expect(await call(await sign())).toBe(401)
    alsoKnownAs = ['at://kim.test']
    expect(await call(await sign())).toBe(200)
  })

  test('of a DID whose document is long is refused', async () => {
    alsoKnownAs = ['at://kim.test', `https://${'x'.repeat(50_000)}.example`]
    expect(await call(await sign())).toBe(401)
    alsoKnownAs = ['at://kim.test']
    expect(await call(await sign())).toBe(200)
  })
})
