import * as oidc from 'openid-client'
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest'
import { DAY, OPENID_ACCESS_TOKEN, OPENID_REFRESH_TOKEN } from '../../base/lifetimes.ts'
import { loopbackClientId } from '../../lab/clients/oauth_app.ts'
import { type AppInProcess, startApp } from '../../lab/world/app/app.ts'
import { keptLog } from '../shared/logged.ts'
import { Attacker, refreshed, SCOPE, type Session } from '../shared/people/attacker.ts'
import * as rp from '../shared/people/relying_party.ts'
import { Visitor } from '../shared/people/visitor.ts'
import { fetchOf } from '../sign_in/fetch_of.ts'
import { signInOnPage, signInToApp } from '../sign_in/oauth_session.ts'

/** A sign-in with all tokens that it gave, the newest first. */
type SignedIn = { refresh: string[]; access: string[]; isAlive(): Promise<boolean> }
type Client = {
  id: string
  signIn(): Promise<SignedIn>
  revoke(token: string): Promise<{ status: number; error: unknown }>
}
type Profile = 'oauth' | 'openid'

const alice = { handle: 'alice.test', email: 'alice@mail.internal', password: rp.PASSWORD }
const kept = keptLog()
let app: AppInProcess
let did: string
/** The one that signs in, another of its kind, and of OpenID one that has a secret. */
let clients: Record<Profile, Client & { another: Client }>
let withSecret: Client

beforeAll(async () => {
  app = await startApp({ log: kept.log, env: { ENTRYWAY_RATE_LIMITS: 'off' } })
  did = await app.addAccount(alice)
  const visitor = new Visitor(app)
  await signInOnPage(visitor, alice)
  const [app1, app2] = ['one', 'two'].map((name) => oauthClient(visitor, name)) as [Client, Client]
  const metadata = { token_endpoint_auth_method: 'none' }
  for (const id of ['tool', 'other-tool']) await rp.register(app, { id, metadata })
  const secret = await rp.register(app)
  const openid = async (id: string, of: string | null) =>
    openidClient(visitor, id, await rp.discover(app, of, id))
  clients = {
    oauth: { ...app1, another: app2 },
    openid: { ...(await openid('tool', null)), another: await openid('other-tool', null) },
  }
  withSecret = await openid('forum', secret)
})
afterAll(() => app?.close())
afterEach(() => {
  vi.useRealTimers()
})

function oauthClient(visitor: Visitor, name: string): Client {
  const redirectUri = `http://127.0.0.1/${name}`
  const of = { clientId: loopbackClientId(redirectUri, SCOPE), redirectUri }
  const newClient = () =>
    new Attacker({ url: app.runner.settings.publicUrl, fetch: fetchOf(app) }, of)
  const client = newClient()
  return {
    id: of.clientId,
    async signIn() {
      const chain = [await signInToApp(visitor, client, did)]
      while (chain.length < 3) chain.unshift(await refreshed(client, chain[0] as Session))
      const now = chain[0] as Session
      return {
        refresh: chain.map(({ refreshToken }) => refreshToken),
        access: chain.map(({ accessToken }) => accessToken),
        // With a nonce of the time by now.
        isAlive: async () => (await newClient().refresh(now)).status === 200,
      }
    },
    async revoke(token) {
      const answer = await client.post('/oauth/revoke', { token }, undefined as never, {
        proof: null,
      })
      return { status: answer.status, error: answer.body.error }
    },
  }
}

function openidClient(visitor: Visitor, id: string, config: oidc.Configuration): Client {
  return {
    id,
    async signIn() {
      const begun = await rp.begin(config)
      const page = await rp.open(visitor, begun)
      const isConsent = page.action?.startsWith('/account/openid/')
      const answer = isConsent ? await rp.allow(visitor, page) : page
      const chain: oidc.TokenEndpointResponse[] = [await rp.exchange(config, begun, answer)]
      const next = () => oidc.refreshTokenGrant(config, chain[0]?.refresh_token ?? '')
      while (chain.length < 3) chain.unshift(await next())
      return {
        refresh: chain.map(({ refresh_token: token = '' }) => token),
        access: chain.map(({ access_token: token }) => token),
        isAlive: () =>
          next().then(
            () => true,
            () => false,
          ),
      }
    },
    revoke: (token) =>
      oidc.tokenRevocation(config, token).then(
        () => ({ status: 200, error: undefined }),
        ({ status, error }) => ({ status, error }),
      ),
  }
}

type Outcome = { token: string; of(signedIn: SignedIn): string | undefined; after?: number }

const ENDS: Outcome[] = [
  { token: 'the current refresh token', of: ({ refresh }) => refresh[0] },
  { token: 'a refresh token that was spent', of: ({ refresh }) => refresh[1] },
  { token: 'one that was spent before that', of: ({ refresh }) => refresh[2] },
  { token: 'the current access token', of: ({ access }) => access[0] },
  { token: 'an access token of before', of: ({ access }) => access[2] },
  {
    ...{ token: 'an access token that has expired', of: ({ access }) => access[0] },
    after: OPENID_ACCESS_TOKEN + 1_000,
  },
]

const ENDS_NOTHING: Outcome[] = [
  { token: 'an unknown token', of: () => 'rubbish' },
  { token: 'one of another key', of: ({ refresh }) => refresh[0]?.replace(/.{4}$/, 'AAAA') },
]

const events = (...names: string[]) =>
  kept.lines().filter(({ event }) => names.includes(String(event)))

describe.each(['oauth', 'openid'] as const)('%s: a client that revokes', (profile) => {
  test.each(ENDS)(
    '$token ends that session alone, which is one line',
    async ({ of, after = 0 }) => {
      const client = clients[profile]
      const [signedIn, other] = [await client.signIn(), await client.signIn()]
      if (after) vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + after })
      kept.clear()
      const token = of(signedIn) ?? ''
      expect(await client.revoke(token)).toEqual({ status: 200, error: undefined })
      expect(await client.revoke(token)).toEqual({ status: 200, error: undefined })
      expect(events('session_revoked', 'refresh_token_reused')).toMatchObject([
        { event: 'session_revoked', did, clientId: client.id },
      ])
      expect(await signedIn.isAlive()).toBe(false)
      expect(events('refresh_refused')).toMatchObject([{ reason: 'ended', clientId: client.id }])
      expect(await other.isAlive()).toBe(true)
    },
  )

  test.each(ENDS_NOTHING)('$token ends nothing', async ({ of }) => {
    const client = clients[profile]
    const signedIn = await client.signIn()
    kept.clear()
    expect(await client.revoke(of(signedIn) ?? '')).toEqual({ status: 200, error: undefined })
    expect(events('session_revoked')).toEqual([])
    expect(await signedIn.isAlive()).toBe(true)
  })

  test('what is over is answered the same', async () => {
    const client = clients[profile]
    const signedIn = await client.signIn()
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + OPENID_REFRESH_TOKEN + 30 * DAY })
    for (const token of [...signedIn.refresh, ...signedIn.access]) {
      expect(await client.revoke(token)).toEqual({ status: 200, error: undefined })
    }
  })

  test.each(ENDS)(
    '$token of another client, and has no credentials, is refused',
    async ({ of }) => {
      const { another } = clients[profile]
      const signedIn = await clients[profile].signIn()
      kept.clear()
      const refused = { status: 401, error: 'invalid_client' }
      expect(await another.revoke(of(signedIn) ?? '')).toEqual(refused)
      expect(events('session_revoked', 'refresh_token_reused')).toEqual([])
      expect(await signedIn.isAlive()).toBe(true)
    },
  )
})

/** Of OAuth the same is in `test/attacks/oauth/refresh_and_revoke.test.ts`, as such a client publishes its keys. */
test.each(ENDS)(
  'openid: to a client with a secret, $token of another one is none',
  async ({ of }) => {
    const signedIn = await clients.openid.signIn()
    kept.clear()
    const nothing = { status: 200, error: undefined }
    expect(await withSecret.revoke(of(signedIn) ?? '')).toEqual(nothing)
    expect(events('session_revoked', 'refresh_token_reused')).toEqual([])
    expect(await signedIn.isAlive()).toBe(true)
  },
)
