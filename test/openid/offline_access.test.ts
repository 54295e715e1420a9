import { randomUUID } from 'node:crypto'
import * as oidc from 'openid-client'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { type AppInProcess, startApp } from '../../lab/world/app/app.ts'
import { openidTexts } from '../../pages/openid/locales/index.ts'
import * as rp from '../shared/people/relying_party.ts'
import { Visitor } from '../shared/people/visitor.ts'

/** Refresh tokens that outlive the browser session (OpenID Connect Core section 11). */
let app: AppInProcess
let visitor: Visitor

const TOOLS = 'https://mcp.example.com'

beforeAll(async () => {
  app = await startApp()
  await app.addAccount({
    ...{ handle: 'alice.test', email: 'alice@mail.internal', password: rp.PASSWORD },
  })
  await rp.operate(app, 'openid/resource-add', { address: TOOLS, scopes: ['read', 'write'] })
})
beforeEach(() => {
  visitor = new Visitor(app)
})
afterAll(() => app?.close())

/** A client of its own. */
async function registered(metadata: Record<string, unknown> = {}) {
  const id = randomUUID()
  return rp.discover(app, await rp.register(app, { id, metadata }), id)
}

/** Opens the client in a browser in which somebody signs in where that is asked for. */
async function asked(client: oidc.Configuration, more: Record<string, string> = {}) {
  const begun = await rp.begin(client, { scope: 'openid offline_access', ...more })
  const page = await rp.open(visitor, begun)
  const isSignIn = page.text.includes('id="password"')
  return { begun, page: isSignIn ? await rp.signIn(visitor, page) : page }
}

type Tokens = Awaited<ReturnType<typeof rp.exchange>>

/** Whether the refresh token goes on once the person has signed out in the browser. */
async function outlives(client: oidc.Configuration, { refresh_token: token = '' }: Tokens) {
  await visitor.send(await visitor.open('/openid/end-session'), { logout: 'yes' })
  return oidc.refreshTokenGrant(client, token).then(
    () => true,
    ({ error }) => error,
  )
}

const SAID = openidTexts.en.offline

test.each([
  ['', {}],
  [' with prompt=consent', { prompt: 'consent' }],
  [' with prompt=login', { prompt: 'login' }],
])('who allows it%s lets the client go on without the browser', async (_, more) => {
  const client = await registered()
  const { begun, page } = await asked(client, more)
  expect(page.text).toContain(SAID)
  const tokens = await rp.exchange(client, begun, await rp.allow(visitor, page))
  expect(await outlives(client, tokens)).toBe(true)
})

test('a client that is let go on is listed after the sign-out, and one that has ended with it is not', async () => {
  const [kept, ended] = [await registered(), await registered()]
  for (const [client, scope] of [
    [kept, 'openid offline_access'],
    [ended, 'openid'],
  ] as const) {
    const { begun, page } = await asked(client, { scope })
    await rp.exchange(client, begun, await rp.allow(visitor, page))
  }
  const ids = [kept, ended].map((client) => client.clientMetadata().client_id)
  const listed = async () => {
    const { openid } = await rp.operate(app, 'account/sessions', { account: 'alice.test' })
    const all = (openid as { clientId: string }[]).map(({ clientId }) => clientId)
    return ids.map((id) => all.includes(id))
  }
  expect(await listed()).toEqual([true, true])
  await visitor.open('/account')
  const did = (await app.actors.directory.find('alice.test'))?.did
  expect((await visitor.call('sign-out', { did })).status).toBe(200)
  expect(await listed()).toEqual([true, false])
})

test('in a pushed request, too', async () => {
  const client = await registered()
  const { verifier, state, nonce, url } = await rp.begin(client, { scope: 'openid offline_access' })
  const pushed = await oidc.buildAuthorizationUrlWithPAR(client, url.searchParams)
  const page = await rp.signIn(visitor, await rp.open(visitor, { url: pushed }))
  expect(page.text).toContain(SAID)
  const begun = { verifier, state, nonce, url }
  const tokens = await rp.exchange(client, begun, await rp.allow(visitor, page))
  expect(await outlives(client, tokens)).toBe(true)
})

test('a person is asked for it once, also where they allowed all else before', async () => {
  const client = await registered()
  const before = await asked(client, { scope: 'openid' })
  expect(before.page.text).not.toContain(SAID)
  const tokens = await rp.exchange(client, before.begun, await rp.allow(visitor, before.page))
  const { page } = await asked(client)
  expect(page.text).toContain(SAID)
  expect((await rp.allow(visitor, page)).header('location')).toContain('code=')
  expect((await asked(client)).page.header('location')).toContain('code=')
  expect(await outlives(client, tokens)).toBe('invalid_grant')
})

test('with prompt=none nobody is asked, and it is left out', async () => {
  const client = await registered()
  const { page: consent } = await asked(client, { scope: 'openid' })
  await rp.allow(visitor, consent)
  const { begun, page } = await asked(client, { prompt: 'none' })
  const tokens = await rp.exchange(client, begun, page)
  expect(await outlives(client, tokens)).toBe('invalid_grant')
})

test.each([
  ['gets no refresh tokens', { grant_types: ['authorization_code'] }],
  ['has said that it asks for others', { scope: 'openid profile' }],
])('a client that %s is not given it', async (_, metadata) => {
  const { page } = await asked(await registered(metadata))
  expect(page.text).not.toContain(SAID)
  expect((await rp.allow(visitor, page)).header('location')).toContain('code=')
})

test.each([
  ['', {}, {}],
  [' with prompt=consent', { prompt: 'consent' }, {}],
  [' and says so of itself', {}, { scope: 'read' }],
])('a client that speaks OAuth alone%s goes on, too', async (_, more, metadata) => {
  const client = await registered(metadata)
  for (const isPushed of [false, true]) {
    visitor = new Visitor(app)
    const begun = await rp.begin(client, { scope: 'read', resource: TOOLS, ...more })
    begun.url.searchParams.delete('nonce')
    const { searchParams } = begun.url
    const url = isPushed ? await oidc.buildAuthorizationUrlWithPAR(client, searchParams) : begun.url
    const page = await rp.signIn(visitor, await rp.open(visitor, { url }))
    const isAsked = page.action?.startsWith('/account/openid/') ?? false
    if (isAsked) expect(page.text).toContain(SAID)
    const { header } = isAsked ? await rp.allow(visitor, page) : page
    const tokens = await oidc.authorizationCodeGrant(client, new URL(header('location') ?? ''), {
      ...{ pkceCodeVerifier: begun.verifier, expectedState: begun.state },
    })
    expect(tokens.scope).toBe('read')
    expect(await outlives(client, tokens)).toBe(true)
  }
})

test.each([
  ['made-up', {}],
  ['offline_access', { prompt: 'consent' }],
])('it is nothing by itself (%s)', async (scope, more) => {
  const begun = await rp.begin(await registered(), { scope, ...more })
  begun.url.searchParams.delete('nonce')
  const answer = await rp.open(visitor, begun)
  expect(answer.header('location')).toContain('error=invalid_scope')
})

test('one that gets no refresh tokens does not ask for it', async () => {
  const client = await registered({ grant_types: ['authorization_code'] })
  const begun = await rp.begin(client, { scope: 'read', resource: TOOLS })
  begun.url.searchParams.delete('nonce')
  const page = await rp.signIn(visitor, await rp.open(visitor, begun))
  expect(page.text).toContain('It may use')
  expect(page.text).not.toContain(SAID)
})

test.each([[{}], [{ prompt: 'consent' }]])(
  'a client that names nothing else asks for all scopes of a resource (%o)',
  async (more) => {
    const client = await registered()
    const begun = await rp.begin(client, { scope: 'offline_access', resource: TOOLS, ...more })
    begun.url.searchParams.delete('nonce')
    const page = await rp.signIn(visitor, await rp.open(visitor, begun))
    expect(page.text).toContain(SAID)
    const { header } = await rp.allow(visitor, page)
    const tokens = await oidc.authorizationCodeGrant(client, new URL(header('location') ?? ''), {
      ...{ pkceCodeVerifier: begun.verifier, expectedState: begun.state },
    })
    expect(tokens.scope).toBe('read write')
    expect(await outlives(client, tokens)).toBe(true)
  },
)
