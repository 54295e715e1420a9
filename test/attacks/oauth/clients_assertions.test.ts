import { createHash, randomBytes, randomUUID } from 'node:crypto'
import { exportJWK, generateKeyPair, type KeyLike, SignJWT } from 'jose'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest'
import { type AppInProcess, startApp } from '../../../lab/world/app/app.ts'

/** Assertions over time: in this process, where a minute need not be waited for. */
const CLIENT = 'https://app.vestibule.internal/client.json'
const REDIRECT = 'https://app.vestibule.internal/callback'
let app: AppInProcess
let key: KeyLike

beforeAll(async () => {
  const { publicKey, privateKey } = await generateKeyPair('ES256')
  key = privateKey
  const jwk = { ...(await exportJWK(publicKey)), kid: 'key', alg: 'ES256', use: 'sig' }
  const metadata = {
    ...{
      client_id: CLIENT,
      client_uri: 'https://app.vestibule.internal',
      redirect_uris: [REDIRECT],
    },
    ...{ grant_types: ['authorization_code'], response_types: ['code'], scope: 'atproto' },
    ...{ application_type: 'web', dpop_bound_access_tokens: true, jwks: { keys: [jwk] } },
    ...{ token_endpoint_auth_method: 'private_key_jwt', token_endpoint_auth_signing_alg: 'ES256' },
  }
  vi.stubGlobal('fetch', async () => Response.json(metadata))
  app = await startApp({ env: { ENTRYWAY_RATE_LIMITS: 'off' } })
})
afterAll(async () => {
  vi.unstubAllGlobals()
  await app?.close()
})
/** A whole second and a half. */
const START = Math.floor(Date.now() / 1_000) * 1_000 + 500
beforeEach(() => void vi.useFakeTimers({ toFake: ['Date'], now: START }))
afterEach(() => void vi.useRealTimers())

const seconds = () => Math.floor(Date.now() / 1_000)
const pass = (ms: number) => vi.setSystemTime(Date.now() + ms)

const sign = (claims: object, header: object = {}) =>
  new SignJWT({ ...claims }).setProtectedHeader({ alg: 'ES256', kid: 'key', ...header }).sign(key)

const assertion = (claims: object = {}, header: object = {}) => {
  const own = { iss: CLIENT, sub: CLIENT, aud: 'http://localhost:2600', jti: randomUUID() }
  return sign({ ...own, iat: seconds(), exp: seconds() + 60, ...claims }, header)
}

const asked = () => ({
  ...{ client_id: CLIENT, response_type: 'code', redirect_uri: REDIRECT, scope: 'atproto' },
  ...{ state: 'x', code_challenge_method: 'S256' },
  code_challenge: createHash('sha256').update(randomBytes(32)).digest('base64url'),
})

async function push(client_assertion: string, request: Record<string, string> = asked()) {
  const answer = await app.ask({
    method: 'POST',
    target: '/oauth/par',
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    body: String(
      new URLSearchParams({
        ...{ client_id: CLIENT, ...request, client_assertion },
        client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
      }),
    ),
  })
  if (!('status' in answer)) throw new Error('Not answered')
  return { status: answer.status, body: JSON.parse(Buffer.from(answer.body ?? []).toString()) }
}

const REUSED = {
  status: 400,
  body: { error_description: expect.stringMatching(/reused|replayed/) },
}

describe('11. a client assertion', () => {
  test.each([[5], [0], [{ a: 1 }], [['a']], [null], [true], ['']])(
    'whose jti is %j: 400',
    async (jti) => {
      expect(await push(await assertion({ jti }))).toMatchObject({
        status: 400,
        body: { error: 'invalid_request' },
      })
      expect(await push(await assertion())).toMatchObject({ status: 201 })
    },
  )

  test.each([[1], [['key']], [{}], [null], [true]])('whose kid is %j: 400', async (kid) => {
    expect(await push(await assertion({}, { kid }))).toMatchObject({
      status: 400,
      body: { error: 'invalid_client' },
    })
    expect(await push(await assertion())).toMatchObject({ status: 201 })
  })

  const TIMES: [string, (now: number) => object][] = [
    ['usual', () => ({})],
    ['without exp', () => ({ exp: undefined })],
    ['of a clock ahead', (now) => ({ iat: now + 29, exp: now + 89 })],
    ['of a clock ahead, without exp', (now) => ({ iat: now + 29, exp: undefined })],
    ['with a start ahead, without exp', (now) => ({ nbf: now + 29, exp: undefined })],
    ['that expires within the second', (now) => ({ exp: now + 0.1 })],
    ['that expires with the second', (now) => ({ exp: now + 1 })],
    ['that expires in years', (now) => ({ exp: now + 1e9 })],
    ['that expires at no time', () => ({ exp: 1e300 })],
  ]
  test.each(TIMES)('%s: once, for as long as it is good', async (_, times) => {
    const shown = await assertion(times(seconds()))
    expect(await push(shown)).toMatchObject({ status: 201 })
    let outcome = await push(shown)
    for (let passed = 0; passed < 120_000; passed += 5_000) {
      expect(outcome).toMatchObject({ status: 400 })
      if (outcome.body.error === 'invalid_client') break
      expect(outcome).toMatchObject(REUSED)
      pass(5_000)
      outcome = await push(shown)
    }
    expect(outcome).toMatchObject({ body: { error: 'invalid_client' } })
    expect(await push(await assertion())).toMatchObject({ status: 201 })
  })

  test('and a request object of a clock ahead: once, for as long as it is good', async () => {
    const own = { iss: CLIENT, aud: 'http://localhost:2600', jti: randomUUID() }
    const request = await sign({ ...asked(), ...own, iat: seconds() + 29 })
    const show = async () => push(await assertion(), { request })
    expect(await show()).toMatchObject({ status: 201 })
    for (let passed = 0; passed < 85_000; passed += 5_000) {
      expect(await show()).toMatchObject(REUSED)
      pass(5_000)
    }
    pass(5_000)
    expect(await show()).toMatchObject({
      body: { error_description: expect.stringMatching(/too far in the past/) },
    })
  })

  test('and a request object with many values: 400', async () => {
    const show = async (x: unknown) => {
      const own = { iss: CLIENT, aud: 'http://localhost:2600', jti: randomUUID(), iat: seconds() }
      return push(await assertion(), { request: await sign({ ...asked(), ...own, x }) })
    }
    const many = Array(1_001).fill(1)
    for (const given of [many, JSON.stringify(many)]) {
      expect(await show(given)).toMatchObject({
        status: 400,
        body: { error: 'invalid_request', error_description: expect.stringMatching(/1000 values/) },
      })
    }
    expect(await show(Array(100).fill(1))).toMatchObject({ status: 201 })
  })
})
