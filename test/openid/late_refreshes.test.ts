import { exportJWK } from 'jose'
import * as oidc from 'openid-client'
import { afterAll, beforeAll, beforeEach, expect, test, vi } from 'vitest'
import { REFRESH_RETRY_GRACE } from '../../base/lifetimes.ts'
import { type AskedInVain, refreshTokenDigest } from '../../http/asked_in_vain.ts'
import { type AppInProcess, startApp } from '../../lab/world/app/app.ts'
import { keptLog } from '../shared/logged.ts'
import * as rp from '../shared/people/relying_party.ts'
import { Visitor } from '../shared/people/visitor.ts'
import { assertions } from './assertions.ts'

/**
 * A network that was cut hands over a refresh when its client has gone on with a later token. The rule is that of
 * atproto's sessions.
 */
const kept = keptLog()
const keys = await assertions('signer')
let app: AppInProcess
let secret: string
/** What the gateway says of each request. */
let said: { inVain?: AskedInVain } = {}

beforeAll(async () => {
  app = await startApp({ log: kept.log })
  await app.addAccount({
    ...{ handle: 'alice.test', email: 'alice@mail.internal', password: rp.PASSWORD },
  })
  secret = (await rp.register(app)) ?? ''
  await rp.register(app, { id: 'agent', metadata: { token_endpoint_auth_method: 'none' } })
  await rp.register(app, { id: 'signer', metadata: keys.metadata })
})
afterAll(() => app?.close())
beforeEach(() => app.counters.exec('DELETE FROM counter'))

/** A client as it asks `age` seconds ago by its clock, what the gateway received `waited` seconds ago. */
type Client = (
  age?: number,
  waited?: number,
) => Promise<{ config: oidc.Configuration; DPoP?: oidc.DPoPHandle }>

async function discover(id: string, age: number, waited: number, authentication: oidc.ClientAuth) {
  const issuer = new URL('/openid', app.runner.settings.publicUrl)
  const receivedAt = Date.now() - waited * 1_000
  const ask: AppInProcess['ask'] = (asked) => app.ask({ ...asked, receivedAt, ...said })
  const fetch = rp.fetchFrom({ ...app, ask })
  const options = { execute: [oidc.allowInsecureRequests], [oidc.customFetch]: fetch }
  return oidc.discovery(issuer, id, { [oidc.clockSkew]: -age }, authentication, options)
}

async function agent(): Promise<Client> {
  const pair = await oidc.randomDPoPKeyPair('ES256')
  return async (age = 0, waited = 0) => {
    const config = await discover('agent', age, waited, oidc.None())
    return { config, DPoP: oidc.getDPoPHandle(config, pair) }
  }
}

async function signer(): Promise<Client> {
  const of = { name: 'ECDSA', namedCurve: 'P-256' }
  const jwk = await exportJWK(keys.key)
  const key = await crypto.subtle.importKey('jwk', jwk, of, false, ['sign'])
  const authentication = oidc.PrivateKeyJwt({ key, kid: 'k' })
  return async (age = 0, waited = 0) => ({
    config: await discover('signer', age, waited, authentication),
  })
}

const refresher = (client: Client) => async (token: string, age?: number, waited?: number) => {
  const { config, ...options } = await client(age, waited)
  return (await oidc.refreshTokenGrant(config, token, {}, options)).refresh_token ?? ''
}

/** Signs in to a client. @returns its refresh token */
async function signedIn(client: Client): Promise<string> {
  const { config, ...options } = await client()
  const visitor = new Visitor(app)
  const begun = await rp.begin(config)
  const asked = await rp.signIn(visitor, await rp.open(visitor, begun))
  const isConsent = asked.action?.startsWith('/account/openid/')
  const answer = isConsent ? await rp.allow(visitor, asked) : asked
  const { verifier, state, nonce } = begun
  const checks = { pkceCodeVerifier: verifier, expectedState: state, expectedNonce: nonce }
  const url = new URL(answer.header('location') ?? '')
  const tokens = await oidc.authorizationCodeGrant(config, url, checks, undefined, options)
  return tokens.refresh_token ?? ''
}

const INVALID_GRANT = { error: 'invalid_grant' }

const lastReason = () =>
  kept
    .lines()
    .filter(({ event }) => event === 'refresh_refused')
    .at(-1)?.reason

/** @param refused a refresh that ends the session of which this is the newest token */
async function expectEnded(
  refused: Promise<unknown>,
  refresh: ReturnType<typeof refresher>,
  newest: string,
) {
  await expect(refused).rejects.toMatchObject(INVALID_GRANT)
  expect(lastReason()).toBe('reused')
  await expect(refresh(newest)).rejects.toMatchObject(INVALID_GRANT)
}

test.each([
  ['a DPoP proof', agent],
  ['an assertion', signer],
])('%s: one of before ends nothing, and one of now ends all', async (_, make) => {
  const client = await make()
  const [first, refresh] = [await signedIn(client), refresher(client)]
  const third = await refresh(await refresh(first))
  await expect(refresh(first, 20)).rejects.toMatchObject(INVALID_GRANT)
  expect(lastReason()).toBe('late')
  const fourth = await refresh(third)
  await expectEnded(refresh(first), refresh, fourth)
})

test.each([
  ['a DPoP proof', agent],
  ['an assertion', signer],
])('%s: one that waited for an actor that moved makes none look used again', async (_, make) => {
  const client = await make()
  const [first, refresh] = [await signedIn(client), refresher(client)]
  const third = await refresh(await refresh(first, 13, 13))
  await expect(refresh(first, 9)).rejects.toMatchObject(INVALID_GRANT)
  expect(lastReason()).toBe('late')
  await refresh(third)
})

/** Without a proof that says when it was made. */
const byItself =
  (id: string, authentication: oidc.ClientAuth): Client =>
  async (age = 0, waited = 0) => ({ config: await discover(id, age, waited, authentication) })

test.each([
  ['a DPoP proof', agent],
  ['an assertion', signer],
  ['a secret', () => byItself('forum', oidc.ClientSecretBasic(secret))],
  ['nothing', async () => byItself('agent', oidc.None())],
])('%s: one that was received before ends nothing, whatever its client says', async (_, make) => {
  const client = await make()
  const [first, refresh] = [await signedIn(client), refresher(client)]
  const third = await refresh(await refresh(first))
  await expect(refresh(first, 0, 5)).rejects.toMatchObject(INVALID_GRANT)
  expect(lastReason()).toBe('late')
  const fourth = await refresh(third)
  await expectEnded(refresh(first), refresh, fourth)
})

test('with another DPoP key it counts as used again', async () => {
  const client = await agent()
  const [first, refresh] = [await signedIn(client), refresher(client)]
  const third = await refresh(await refresh(first))
  await expectEnded(refresher(await agent())(first, 20, 20), refresh, third)
})

test('a thief who dates a proof ahead does not make the owner late', async () => {
  const client = await agent()
  const [first, refresh] = [await signedIn(client), refresher(client)]
  const stolen = await refresh(await refresh(first, -60), -60)
  await expectEnded(refresh(first), refresh, stolen)
})

test('a proof that is dated back, as its nonce lets it be, counts as used again', async () => {
  const client = await agent()
  const [first, refresh] = [await signedIn(client), refresher(client)]
  const third = await refresh(await refresh(first))
  await expectEnded(refresh(first, 3_600), refresh, third)
})

test('what the client of a secret says of its clock tells nothing, and it counts as used again', async () => {
  const client = byItself('forum', oidc.ClientSecretBasic(secret))
  const [first, refresh] = [await signedIn(client), refresher(client)]
  const third = await refresh(await refresh(first))
  await expectEnded(refresh(first, 20), refresh, third)
})

test.each([
  ['a DPoP proof', agent],
  ['a secret', () => byItself('forum', oidc.ClientSecretBasic(secret))],
  ['nothing', async () => byItself('agent', oidc.None())],
])(
  '%s: one that its client asked with in vain since then gets the same successor',
  async (_, make) => {
    const client = await make()
    const [first, refresh] = [await signedIn(client), refresher(client)]
    const since = Date.now()
    const second = await refresh(first)
    vi.useFakeTimers({ toFake: ['Date'], now: since + REFRESH_RETRY_GRACE + 1_000 })
    try {
      said = { inVain: { digest: refreshTokenDigest(first), since } }
      expect(await refresh(first)).toBe(second)
      said = { inVain: { digest: refreshTokenDigest(second), since } }
      await expectEnded(refresh(first), refresh, second)
    } finally {
      said = {}
      vi.useRealTimers()
    }
  },
)
