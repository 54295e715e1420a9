import Sqlite from 'better-sqlite3'
import * as oidc from 'openid-client'
import { afterAll, beforeAll, beforeEach, expect, test, vi } from 'vitest'
import { LEGACY_REFRESH_TOKEN, RECEIVED_TOGETHER } from '../../base/lifetimes.ts'
import type { RefreshRefusal } from '../../base/watching/events.ts'
import { refreshRefused } from '../../base/watching/metrics.ts'
import { databasePath } from '../../database/paths.ts'
import { loopbackClientId } from '../../lab/clients/oauth_app.ts'
import { type AppInProcess, startApp } from '../../lab/world/app/app.ts'
import type { OnCall } from '../../lab/world/app/watched_actors.ts'
import { keptLog } from '../shared/logged.ts'
import { Attacker, makeDpopKey, refreshed, SCOPE, type Session } from '../shared/people/attacker.ts'
import * as rp from '../shared/people/relying_party.ts'
import { Visitor } from '../shared/people/visitor.ts'
import { fetchOf } from '../sign_in/fetch_of.ts'
import { signInOnPage, signInToApp } from '../sign_in/oauth_session.ts'

/** The operator reads why a refresh token was refused, and the same is counted. */
const alice = { handle: 'alice.test', email: 'alice@mail.internal', password: rp.PASSWORD }
const CALLBACK = 'http://127.0.0.1/callback'
const kept = keptLog()
let app: AppInProcess
/** What happens just before a session is rotated. */
let meanwhile: (() => Promise<void>) | null = null
const onCall: OnCall = async ({ action }) => {
  if (action !== 'rotateSession') return
  const happens = meanwhile
  meanwhile = null
  await happens?.()
}
let did: string
let visitor: Visitor
let client: Attacker
let config: oidc.Configuration

beforeAll(async () => {
  app = await startApp({ log: kept.log, env: { ENTRYWAY_RATE_LIMITS: 'off' }, onCall })
  did = await app.addAccount(alice)
  const { publicUrl: url } = app.runner.settings
  const of = { clientId: loopbackClientId(CALLBACK, SCOPE), redirectUri: CALLBACK }
  client = new Attacker({ url, fetch: fetchOf(app) }, of)
  config = await rp.discover(app, await rp.register(app))
})
afterAll(() => app?.close())
beforeEach(async () => {
  visitor = new Visitor(app)
  await signInOnPage(visitor, alice)
  kept.clear()
  before = structuredClone((await refreshRefused.get()).values)
})

/** Suites of one process share the counters. */
let before: Awaited<ReturnType<typeof refreshRefused.get>>['values'] = []
const counted = async (profile: string) => {
  const { values } = await refreshRefused.get()
  const since = values.map(({ labels, value }, i) => ({
    ...labels,
    more: value - (before[i]?.value ?? 0),
  }))
  const ofProfile = since.filter((each) => each.profile === profile && each.more > 0)
  return Object.fromEntries(ofProfile.map(({ reason, more }) => [reason, more]))
}

/** Each reason that there was, and what was said of each token. */
function expectSaid(profile: string, reasons: RefreshRefusal[], clientId?: string): void {
  const lines = kept.lines().filter(({ event }) => event === 'refresh_refused')
  expect(lines.map(({ reason }) => reason)).toEqual(reasons)
  for (const line of lines) {
    expect(line).toMatchObject({
      profile,
      address: expect.any(String),
      ...(clientId && { clientId }),
    })
    if (line.reason === 'unknown') expect(line).not.toHaveProperty('did')
  }
  expect(kept.text()).not.toMatch(/ref-|eyJ|rubbish/)
}

const oauthSession = () => signInToApp(visitor, client, did)

test('of OAuth', async () => {
  const refuse = async (session: Session) =>
    expect(await client.refresh(session)).toMatchObject({
      status: 400,
      body: { error: 'invalid_grant' },
    })
  await refuse({ ...(await oauthSession()), refreshToken: 'rubbish' })
  const stolen = await oauthSession()
  await refuse({ ...stolen, key: await makeDpopKey() })
  const first = await oauthSession()
  await refreshed(client, await refreshed(client, first))
  await refuse(first)
  const old = await oauthSession()
  const db = new Sqlite(databasePath.account(app.runner.settings, did))
  db.exec('UPDATE session SET created_at = 0, updated_at = 0')
  db.close()
  await refuse(old)
  const last = await oauthSession()
  await app.actors.account(did).signOutEverywhere()
  await refuse(last)
  expectSaid('oauth', ['unknown', 'client', 'reused', 'expired', 'ended'], client.clientId)
  expect(await counted('oauth')).toEqual({ unknown: 1, expired: 1, ended: 1, reused: 1, client: 1 })
})

test.each([
  ['by requests that came later', 2 * RECEIVED_TOGETHER, 'late'],
  ['by requests that came before', -1_000, 'reused'],
] as const)(
  'of OAuth, where its app goes on after it was looked at, %s',
  async (_, later, reason) => {
    const session = await oauthSession()
    let last = session
    meanwhile = async () => {
      vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + later })
      last = await refreshed(client, await refreshed(client, session)).finally(vi.useRealTimers)
    }
    expect(await client.refresh(session)).toMatchObject({ body: { error: 'invalid_grant' } })
    expectSaid('oauth', [reason], client.clientId)
    const told = kept.lines().filter(({ event }) => event === 'refresh_token_reused')
    expect(told).toMatchObject(reason === 'reused' ? [{ did, clientId: client.clientId }] : [])
    expect(await client.refresh(last)).toMatchObject({ status: reason === 'reused' ? 400 : 200 })
  },
)

test('of OAuth, after its app has signed out, which is a line that names it', async () => {
  const session = await oauthSession()
  await client.revoke(session)
  expect(await client.refresh(session)).toMatchObject({ body: { error: 'invalid_grant' } })
  const { clientId } = client
  const lines = kept.lines().filter(({ event }) => event === 'session_revoked')
  expect(lines).toMatchObject([{ did, clientId, address: expect.any(String) }])
  expectSaid('oauth', ['ended'], clientId)
})

test('of createSession', async () => {
  const call = async (nsid: string, input: object | null, jwt?: string) => {
    const answer = await fetchOf(app)(`http://localhost:2600/xrpc/com.atproto.server.${nsid}`, {
      method: 'POST',
      headers: {
        ...(input && { 'content-type': 'application/json' }),
        ...(jwt && { authorization: `Bearer ${jwt}` }),
      },
      ...(input && { body: JSON.stringify(input) }),
    })
    const text = await answer.text()
    return { status: answer.status, ...(JSON.parse(text || '{}') as { refreshJwt: string }) }
  }
  const signIn = async () => {
    const { handle: identifier, password } = alice
    return (await call('createSession', { identifier, password })).refreshJwt
  }
  const refuse = async (jwt: string, status = 400) =>
    expect((await call('refreshSession', null, jwt)).status).toBe(status)
  await refuse('rubbish')
  const [old, ended, last] = [await signIn(), await signIn(), await signIn()]
  vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + LEGACY_REFRESH_TOKEN + 1_000 })
  await refuse(old).finally(() => vi.useRealTimers())
  await call('deleteSession', null, ended)
  await refuse(ended)
  await app.actors.account(did).takeDown('for a test')
  await refuse(last, 401)
  await app.actors.account(did).takeDown(null)
  expectSaid('createSession', ['unknown', 'expired', 'ended', 'account'])
  expect((await call('refreshSession', null)).status).toBe(401)
  expect(await counted('createSession')).toEqual({ unknown: 1, expired: 1, ended: 1, account: 1 })
})

test('of OpenID', async () => {
  const signIn = async () => {
    const browser = new Visitor(app)
    const begun = await rp.begin(config)
    const asked = await rp.signIn(browser, await rp.open(browser, begun))
    const isConsent = asked.action?.startsWith('/account/openid/')
    const answer = isConsent ? await rp.allow(browser, asked) : asked
    return (await rp.exchange(config, begun, answer)).refresh_token ?? ''
  }
  const refuse = (token: string) =>
    expect(oidc.refreshTokenGrant(config, token)).rejects.toMatchObject({ error: 'invalid_grant' })
  await refuse('rubbish')
  const first = await signIn()
  const second = (await oidc.refreshTokenGrant(config, first)).refresh_token ?? ''
  await oidc.refreshTokenGrant(config, second)
  await refuse(first)
  const last = await signIn()
  await app.actors.account(did).signOutEverywhere()
  await refuse(last)
  const withoutSecret = await rp.discover(app, 'wrong')
  await expect(oidc.refreshTokenGrant(withoutSecret, last)).rejects.toThrow()
  expectSaid('openid', ['unknown', 'reused', 'ended', 'client'], 'forum')
  expect(await counted('openid')).toEqual({ unknown: 1, reused: 1, ended: 1, client: 1 })
})
