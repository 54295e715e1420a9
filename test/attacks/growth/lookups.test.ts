import { Secp256k1Keypair } from '@atproto/crypto'
import { createServiceJwt } from '@atproto/xrpc-server'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest'
import { DID_DOCUMENT_STALE } from '../../../base/lifetimes.ts'
import { takePoints } from '../../../database/limits/counter.ts'
import { asRequester, forClient } from '../../../http/requester.ts'
import { type AppInProcess, type Asked, startApp } from '../../../lab/world/app/app.ts'
import { type LoopbackServer, listenOnLoopback } from '../../../lab/world/loopback.ts'
import { deriveKey, WAITING } from '../../../passwords/scrypt_threads.ts'
import { ForeignLookups, LOOKUP_LIMIT, LOOKUPS } from '../../../sagas/services/foreign_lookups.ts'

const ADDRESS = '203.0.113.5'
const LXM = 'com.atproto.server.createAccount'
const CLIENT = 'https://app.example.com/client.json'

let plc: LoopbackServer
let world: AppInProcess
let key: Secp256k1Keypair
const did = `did:plc:${'a'.repeat(24)}`
/** What PLC was asked for. */
const asked: string[] = []

beforeAll(async () => {
  // The threads that derive keys are filled, which cheap keys do without.
  vi.stubEnv('WORLD_PASSWORDS', 'once')
  key = await Secp256k1Keypair.create()
  plc = await listenOnLoopback((incoming, outgoing) => {
    asked.push(incoming.url ?? '')
    if (incoming.url?.endsWith('/log')) {
      outgoing.setHeader('content-type', 'application/json')
      outgoing.end('[]')
      return
    }
    const multibase = key.did().slice('did:key:'.length)
    const id = decodeURIComponent(incoming.url?.slice(1) ?? '')
    const method = { id: `${id}#atproto`, type: 'Multikey', controller: id }
    outgoing.setHeader('content-type', 'application/json')
    outgoing.end(
      JSON.stringify({
        id,
        verificationMethod: [{ ...method, publicKeyMultibase: multibase }],
      }),
    )
  })
  world = await startApp({ env: { ENTRYWAY_PLC_URL: plc.url } })
})
afterAll(async () => {
  await world?.close()
  await plc?.close()
})
const bounds = { ...LOOKUPS }
beforeEach(() => {
  asked.length = 0
  world.counters.prepare('DELETE FROM counter').run()
})
afterEach(() => {
  vi.useRealTimers()
  Object.assign(LOOKUPS, bounds)
})

/** As if a client had looked up as often as one may. */
function useUp() {
  const counter = { key: `look-up\n${ADDRESS}`, ...LOOKUP_LIMIT }
  for (let i = 0; i < LOOKUP_LIMIT.points; i++) takePoints(world.counters, [counter])
}

const withJwt = async (iss: string, keypair = key): Promise<Asked> => {
  const jwt = await createServiceJwt({ iss, aud: world.runner.settings.did, lxm: LXM, keypair })
  return {
    method: 'POST',
    target: `/xrpc/${LXM}`,
    headers: { authorization: `Bearer ${jwt}`, 'content-type': 'application/json' },
    body: JSON.stringify({ handle: 'a.test', email: 'a@mail.internal', password: 'x', did: iss }),
  }
}
const form = (target: string, fields: Record<string, string>): Asked => ({
  method: 'POST',
  target,
  headers: { 'content-type': 'application/x-www-form-urlencoded' },
  body: String(new URLSearchParams(fields)),
})
const code = {
  ...{ response_type: 'code', code_challenge_method: 'S256', code_challenge: 'x'.repeat(43) },
  ...{ state: 'x', scope: 'atproto', redirect_uri: 'https://app.example.com/' },
}

async function ask(request: Asked) {
  const answer = await world.ask({ address: ADDRESS, ...request })
  if (!('status' in answer)) throw new Error('Not answered')
  const headers = Object.fromEntries(answer.headers)
  return { status: answer.status, headers, text: String(Buffer.from(answer.body ?? [])) }
}

/** What makes the program look something up that a stranger names. */
const lookingUp: Record<string, () => Promise<Asked> | Asked> = {
  'a handle of another service': () => ({
    target: '/xrpc/com.atproto.identity.resolveHandle?handle=somebody.example.com',
  }),
  'the DID document of an issuer': () => withJwt(`did:plc:${'b'.repeat(24)}`),
  'a client, at PAR': () => form('/oauth/par', { client_id: CLIENT, ...code }),
  'a client, at the token endpoint': () =>
    form('/oauth/token', { client_id: CLIENT, grant_type: 'refresh_token', refresh_token: 'x' }),
  'a client, to revoke': () => form('/oauth/revoke', { client_id: CLIENT, token: 'x' }),
}

describe.each(Object.entries(lookingUp))('34. %s', (_, request) => {
  test('is looked up so often by one client, then 429', async () => {
    useUp()
    const { status, headers, text } = await ask(await request())
    expect({ status, text }).toMatchObject({ status: 429, text: expect.stringMatching(/limit/i) })
    expect(Number(headers['retry-after'])).toBeGreaterThan(0)
    expect(asked).toEqual([])
  })

  test('is not looked up while too many others are, but 503', async () => {
    Object.assign(LOOKUPS, { running: 0, waiting: 0 })
    const { status, headers } = await ask(await request())
    expect(status).toBe(503)
    expect(Number(headers['retry-after'])).toBeGreaterThan(0)
    expect(asked).toEqual([])
  })
})

/** As a part of what a client asks for. */
const from = <T>(address: string, work: () => Promise<T>) =>
  asRequester({ peer: { address }, headers: new Headers() } as never, work)

describe('34. look-ups', () => {
  /** Look-ups that end when they are told to. */
  function slow() {
    const lookups = new ForeignLookups(null)
    const running: { address: string; end(): void }[] = []
    const begin = (address: string) => {
      const { promise, resolve } = Promise.withResolvers<void>()
      const look = () => {
        running.push({ address, end: resolve })
        return promise
      }
      return from(address, () => lookups.run(look)).then(
        () => 'done',
        (err: Error) => err.message,
      )
    }
    const endAll = async () => {
      while (running.length) {
        running.shift()?.end()
        await new Promise(setImmediate)
      }
    }
    return { begin, running, endAll }
  }

  test('of one network run a few at once, some wait, and more are refused', async () => {
    Object.assign(LOOKUPS, { runningOfOne: 2, waitingOfOne: 3 })
    const { begin, running, endAll } = slow()
    const addresses = [
      '2001:db8::1',
      '2001:db8::2',
      '2001:db8::3',
      '2001:db8:0:0:9::1',
      '2001:db8::5',
    ]
    const five = addresses.map(begin)
    const sixth = begin('2001:db8::6')
    await new Promise(setImmediate)
    expect(running).toHaveLength(2)
    expect(await sixth).toMatch(/Too many look-ups/)
    const other = begin('2001:db8:0:1::1')
    await expect.poll(() => running.length).toBe(3)
    await endAll()
    expect(await Promise.all([...five, other])).toEqual(Array(6).fill('done'))
    // All places are free again.
    const next = [begin('2001:db8::1'), begin('2001:db8::1')]
    await expect.poll(() => running.length).toBe(2)
    await endAll()
    expect(await Promise.all(next)).toEqual(['done', 'done'])
  })

  test('of one site with many networks leave room for others', async () => {
    Object.assign(LOOKUPS, { running: 4, runningOfSite: 2, waiting: 3 })
    const { begin, running, endAll } = slow()
    const many = [1, 2, 3, 4, 5].map((net) => begin(`2001:db8:0:${net}::1`))
    await expect.poll(() => running.length).toBe(2)
    const others = ['192.0.2.1', '192.0.2.2', '2001:db8:1::1'].map(begin)
    // The third waits, and the newest of the site that has most makes room for it.
    expect(await many[4]).toMatch(/Too many look-ups/)
    await expect.poll(() => running.length).toBe(4)
    running.shift()?.end()
    await expect.poll(() => running.at(-1)?.address).toBe('2001:db8:1::1')
    await endAll()
    expect(await Promise.all([...many.slice(0, 4), ...others])).toEqual(Array(7).fill('done'))
  })

  test('of all run no more than the bound, and who waits too long is told', async () => {
    Object.assign(LOOKUPS, { running: 3, waiting: 2 })
    const { begin, running, endAll } = slow()
    const three = [1, 2, 3].map((i) => begin(`192.0.2.${i}`))
    const waiting = [begin('192.0.2.4'), begin('192.0.2.5')]
    const sixth = begin('192.0.2.6')
    await new Promise(setImmediate)
    expect(running).toHaveLength(3)
    expect(await sixth).toMatch(/unavailable/)
    expect(await Promise.all(waiting)).toEqual(Array(2).fill(expect.stringMatching(/unavailable/)))
    const next = begin('192.0.2.4')
    await endAll()
    expect(await Promise.all([...three, next])).toEqual(Array(4).fill('done'))
  })
})

describe('34. passwords', () => {
  const SIGN_IN: Asked = {
    method: 'POST',
    target: '/xrpc/com.atproto.server.createSession',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ identifier: 'somebody.test', password: 'x' }),
  }
  const hashed = (address: string, i: number, by = from) =>
    by(address, () => deriveKey('x', `${i}`, 64)).then(
      () => 'hashed',
      (err: Error) => err.message,
    )
  const { ofThread } = WAITING
  afterEach(() => {
    WAITING.ofThread = ofThread
  })

  test('that wait to be hashed have a bound, over which sign-ins are 503', async () => {
    WAITING.ofThread = 2
    const many = Array.from({ length: 100 }, (_, i) => hashed(ADDRESS, i))
    const { status, headers } = await ask(SIGN_IN)
    const outcomes = Object.groupBy(await Promise.all(many), (outcome) => outcome)
    expect(outcomes.hashed?.length).toBeGreaterThan(2)
    expect(outcomes['Password hashing is unavailable']?.length).toBeGreaterThan(10)
    expect({ status, wait: Number(headers['retry-after']) > 0 }).toEqual({
      status: 503,
      wait: true,
    })
    // Nobody's tries are used up by that.
    const points = world.counters
      .prepare('SELECT max(points) FROM counter WHERE is_wide = 0')
      .pluck()
    expect(points.get()).toBe(0)
    expect(await deriveKey('x', 'salt', 64)).toHaveLength(64)
  })

  test.each([
    ['in this process', from],
    ['that another process answers', forClient],
  ])('of one site with many networks leave room for those of others, %s', async (_, by) => {
    WAITING.ofThread = 2
    const many = Array.from({ length: 50 }, (_, i) => hashed(`2001:db8:0:${i}::1`, i, by))
    // It is tried, and wrong.
    expect(await ask(SIGN_IN)).toMatchObject({ status: 401 })
    const outcomes = await Promise.all(many)
    expect(outcomes).toContain('hashed')
    expect(outcomes).toContain('Password hashing is unavailable')
  })
})

test('34. a DID document that is kept is looked up within the same bounds once it is stale', async () => {
  vi.useFakeTimers({ toFake: ['Date'] })
  const jwt = () => withJwt(`did:plc:${'c'.repeat(24)}`)
  const { status: before } = await ask(await jwt())
  asked.length = 0
  useUp()
  expect((await ask(await jwt())).status).toBe(before)
  vi.setSystemTime(Date.now() + DID_DOCUMENT_STALE + 1)
  useUp()
  expect((await ask(await jwt())).status).toBe(429)
  Object.assign(LOOKUPS, { running: 0, waiting: 0 })
  expect((await ask({ ...(await jwt()), address: '203.0.113.6' })).status).toBe(503)
  expect(asked).toEqual([])
  Object.assign(LOOKUPS, bounds)
  expect((await ask({ ...(await jwt()), address: '203.0.113.6' })).status).toBe(before)
  expect(asked).toHaveLength(1)
})

test('34. forged signatures share a fresh document, and a new key counts at once', async () => {
  const other = await Secp256k1Keypair.create()
  const isForged = async (keypair?: Secp256k1Keypair) =>
    (await ask(await withJwt(did, keypair))).text.includes('BadJwtSignature')
  expect(await isForged()).toBe(false)
  asked.length = 0
  const forged = Array.from({ length: 40 }, () => isForged(other))
  expect(await Promise.all(forged)).toEqual(Array(40).fill(true))
  expect(asked.length).toBeGreaterThan(0)
  expect(asked.length).toBeLessThan(20)
  key = other
  expect(await isForged()).toBe(false)
})

test('34. forged service JWTs of an account that moved away share one look into its log', async () => {
  const handle = 'moved.test'
  const moved = await world.addAccount({ handle, email: 'moved@mail.test', password: 'a password' })
  const target = '/xrpc/com.atproto.server.getSession'
  const lxm = target.slice('/xrpc/'.length)
  const aud = world.runner.settings.did
  const jwt = await createServiceJwt({ iss: moved, aud, lxm, keypair: key })
  const forged = { target, headers: { authorization: `Bearer ${jwt}` } }
  const answers = await Promise.all(Array.from({ length: 40 }, () => ask(forged)))
  expect(answers.map(({ status }) => status)).toEqual(Array(40).fill(401))
  const logs = asked.filter((url) => url.endsWith('/log')).length
  expect(logs).toBeGreaterThan(0)
  expect(logs).toBeLessThan(20)
})
