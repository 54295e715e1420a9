import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { decodeJwt, exportJWK, generateKeyPair, SignJWT } from 'jose'
import * as oidc from 'openid-client'
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest'
import { MAX_OPENID_REQUEST } from '../../../database/flow/bounds.ts'
import { DEVICE_CODE } from '../../../lab/clients/headless_openid.ts'
import { type AppInProcess, startApp } from '../../../lab/world/app/app.ts'
import { until } from '../../../lab/world/until.ts'
import { signInNow } from '../../shared/account_state.ts'
import { post } from '../../shared/ask.ts'
import { keptLog } from '../../shared/logged.ts'
import { FORM, form } from '../../shared/mistakes.ts'
import * as rp from '../../shared/people/relying_party.ts'
import { type Seen, Visitor } from '../../shared/people/visitor.ts'

/** What somebody tries who is not the person, or a client that is not the one it says. */
let app: AppInProcess
let did: string
let secret: string | null
let config: oidc.Configuration
let visitor: Visitor

beforeAll(async () => {
  app = await startApp()
  did = await app.addAccount({
    ...{ handle: 'alice.test', email: 'alice@mail.internal', password: rp.PASSWORD },
  })
  await app.addAccount({
    ...{ handle: 'mallory.test', email: 'mallory@mail.internal', password: rp.PASSWORD },
  })
  await app.addAccount({
    ...{ handle: 'bob.test', email: 'bob@mail.internal', password: rp.PASSWORD },
  })
  secret = await rp.register(app)
  config = await rp.discover(app, secret)
})
beforeEach(() => {
  visitor = new Visitor(app)
})
afterAll(() => app?.close())

/** The answer that a browser brings back to the client. */
async function granted(browser = visitor, client = config, more: Record<string, string> = {}) {
  const begun = await rp.begin(client, more)
  const asked = await rp.signIn(browser, await rp.open(browser, begun))
  const isConsent = asked.action?.startsWith('/account/openid/')
  return { begun, answer: isConsent ? await rp.allow(browser, asked) : asked }
}

async function signedIn(browser = visitor) {
  const { begun, answer } = await granted(browser)
  return rp.exchange(config, begun, answer)
}

/** A client that registers itself. */
const SELF = {
  ...{ redirect_uris: ['https://tool.example.com/callback'], token_endpoint_auth_method: 'none' },
}

const PRODUCTION = {
  ENTRYWAY_DEV: undefined,
  ENTRYWAY_PUBLIC_URL: 'https://entryway.example.com',
  ENTRYWAY_PLC_URL: 'https://plc.directory',
}

const invalidGrant = { error: 'invalid_grant' }

describe('45. OpenID', () => {
  test('a client cannot write the addresses of the metadata', async () => {
    const headers = {
      'x-forwarded-host': 'evil.example.com',
      'x-forwarded-proto': 'https',
      forwarded: 'host=evil.example.com',
    }
    for (const target of [
      ...['/openid/.well-known/openid-configuration', '/.well-known/openid-configuration/openid'],
      '/.well-known/oauth-authorization-server/openid',
    ]) {
      for (const host of ['localhost:2600', 'evil.example.com']) {
        const answer = await app.ask({ target, headers: { host, ...headers } })
        const told = 'status' in answer && Buffer.from(answer.body ?? '').toString()
        expect(told).toContain('"issuer":"http://localhost:2600/openid"')
        expect(told).toContain('"token_endpoint":"http://localhost:2600/openid/token"')
        expect(told).not.toContain('evil')
      }
    }
  })

  test.each([
    ['without PKCE', { code_challenge: '', code_challenge_method: '' }],
    ['with a plain challenge', { code_challenge_method: 'plain' }],
    ['for an implicit token', { response_type: 'token' }],
    ['for a resource that is not registered', { resource: 'https://mcp.example.com' }],
  ])('a request %s is refused at the client', async (_, more) => {
    const begun = await rp.begin(config)
    for (const [name, value] of Object.entries(more)) {
      if (value) begun.url.searchParams.set(name, value)
      else begun.url.searchParams.delete(name)
    }
    const answer = await rp.open(visitor, begun)
    expect(answer.header('location')).toMatch(/[?&#]error=(invalid|unsupported|unauthorized)/)
  })

  test('a request that is too long is refused and not kept, however it comes', async () => {
    const state = 'x'.repeat(MAX_OPENID_REQUEST)
    const begun = await rp.begin(config, { state })
    const answer = await rp.open(visitor, begun)
    expect(answer.header('location')).toMatch(/[?&]error=invalid_request&/)
    await expect(
      oidc.buildAuthorizationUrlWithPAR(config, begun.url.searchParams),
    ).rejects.toMatchObject({ error: 'invalid_request' })
    const out = `/openid/end-session?${new URLSearchParams({ client_id: 'forum', state })}`
    const page = await visitor.open(out)
    expect(page).toMatchObject({ status: 400, action: undefined })
    expect(page.text).toContain('the request is longer than')
    const form = { action: begun.url.pathname, fields: { state: state + state } }
    expect(await visitor.send(form)).toMatchObject({ status: 400 })
    // Half as long is taken, to the tokens.
    const long = 'x'.repeat(MAX_OPENID_REQUEST / 2)
    const { begun: good, answer: back } = await granted(visitor, config, { state: long })
    expect((await rp.exchange(config, { ...good, state: long }, back)).claims()?.sub).toBe(did)
    // Nor is it where the person is signed in, and asked nothing.
    for (const name of ['state', 'nonce']) {
      const silent = await rp.open(visitor, await rp.begin(config, { [name]: state }))
      expect(silent.header('location')).toMatch(/[?&]error=invalid_request&/)
    }
  })

  test.each([
    'https://rp.example.com/callback/',
    'https://rp.example.com/callback?x=1',
    'https://rp.example.com.evil.example.com/callback',
    'https://rp.example.com@evil.example.com/callback',
    'javascript:alert(1)',
  ])('nobody is sent to %s', async (uri) => {
    const begun = await rp.begin(config, { redirect_uri: uri })
    const page = await rp.open(visitor, begun)
    expect(page).toMatchObject({ status: 400 })
    expect(page.header('location')).toBeUndefined()
    expect(page.header('content-security-policy')).toContain("frame-ancestors 'none'")
    expect(page.text).toContain('invalid_redirect_uri')
  })

  test('of two exchanges of one code at once, one gets tokens, and then they end', async () => {
    const { begun, answer } = await granted()
    const both = await Promise.allSettled([
      rp.exchange(config, begun, answer),
      rp.exchange(config, begun, answer),
    ])
    const [got, ...others] = both.filter(({ status }) => status === 'fulfilled')
    expect(others).toEqual([])
    const tokens = (got as PromiseFulfilledResult<oidc.TokenEndpointResponse>).value
    await expect(oidc.fetchUserInfo(config, tokens.access_token, did)).rejects.toThrow()
    await expect(oidc.refreshTokenGrant(config, tokens.refresh_token ?? '')).rejects.toMatchObject(
      invalidGrant,
    )
  })

  test('a refresh token that was spent long ago ends what came after it', async () => {
    const first = (await signedIn()).refresh_token ?? ''
    const second = (await oidc.refreshTokenGrant(config, first)).refresh_token ?? ''
    const third = (await oidc.refreshTokenGrant(config, second)).refresh_token ?? ''
    const other = await rp.discover(app, await rp.register(app, { id: 'curious' }), 'curious')
    // To ask about it is no use of it, and another client cannot use it.
    for (const client of [config, other]) {
      expect(await oidc.tokenIntrospection(client, first)).toEqual({ active: false })
    }
    await oidc.tokenRevocation(other, first)
    await expect(oidc.refreshTokenGrant(other, first)).rejects.toMatchObject(invalidGrant)
    expect(await oidc.tokenIntrospection(config, third)).toMatchObject({ active: true })
    await expect(oidc.refreshTokenGrant(config, first)).rejects.toMatchObject(invalidGrant)
    await expect(oidc.refreshTokenGrant(config, third)).rejects.toMatchObject(invalidGrant)
  })

  test('codes and tokens are nothing to another client, to atproto, and the other way', async () => {
    const other = await rp.discover(app, await rp.register(app, { id: 'other' }), 'other')
    const { begun, answer } = await granted()
    await expect(rp.exchange(other, begun, answer)).rejects.toMatchObject(invalidGrant)
    const tokens = await rp.exchange(config, begun, answer)
    const { access_token: access, refresh_token: refresh = '' } = tokens
    await expect(oidc.refreshTokenGrant(other, refresh)).rejects.toMatchObject(invalidGrant)
    expect(await oidc.tokenIntrospection(other, access)).toEqual({ active: false })
    await oidc.tokenRevocation(other, access)
    await oidc.fetchUserInfo(config, access, did)

    const body = form({ grant_type: 'refresh_token', refresh_token: refresh, client_id: 'forum' })
    const atOauth = await app.ask({ method: 'POST', target: '/oauth/token', headers: FORM, body })
    expect(atOauth).toMatchObject({ status: 400 })
    const session = '/xrpc/com.atproto.server.getSession'
    for (const token of [access, tokens.id_token ?? '']) {
      const headers = { authorization: `Bearer ${token}` }
      expect(await app.ask({ target: session, headers })).toMatchObject({ status: 400 })
    }
    const input = { identifier: 'alice.test', password: rp.PASSWORD }
    const { body: created } = await post(app, '/xrpc/com.atproto.server.createSession', input)
    const { accessJwt, refreshJwt } = created as Record<'accessJwt' | 'refreshJwt', string>
    for (const token of [accessJwt, refreshJwt]) {
      await expect(oidc.fetchUserInfo(config, token, did)).rejects.toThrow()
      await expect(oidc.refreshTokenGrant(config, token)).rejects.toMatchObject(invalidGrant)
    }
  })

  test('a token for a resource is nothing here, nor at atproto', async () => {
    const resource = 'https://mcp.example.com'
    await rp.operate(app, 'openid/resource-add', { address: resource, scopes: ['tools'] })
    const { begun, answer } = await granted(visitor, config, { resource, scope: 'openid tools' })
    const { access_token: token, refresh_token: refresh } = await rp.exchange(config, begun, answer)
    expect(token.split('.')).toHaveLength(3)
    await expect(oidc.fetchUserInfo(config, token, did)).rejects.toThrow()
    const { jti = '' } = decodeJwt(token)
    await expect(oidc.fetchUserInfo(config, jti, did)).rejects.toThrow()
    expect(await oidc.tokenIntrospection(config, jti)).toEqual({ active: false })
    await expect(oidc.refreshTokenGrant(config, token)).rejects.toMatchObject(invalidGrant)
    for (const target of [
      '/xrpc/com.atproto.server.getSession',
      '/xrpc/com.atproto.server.getServiceAuth?aud=did:web:a.test',
    ]) {
      for (const scheme of ['Bearer', 'DPoP']) {
        const headers = { authorization: `${scheme} ${token}` }
        const answer = await app.ask({ target, headers })
        expect('status' in answer && [400, 401].includes(answer.status)).toBe(true)
      }
    }
    // What the claims of a person say is not lost by it.
    expect(await oidc.tokenIntrospection(config, refresh ?? '')).toMatchObject({ active: true })
  })

  describe('codes of devices', () => {
    let tool: oidc.Configuration
    const begin = () => oidc.initiateDeviceAuthorization(tool, { scope: 'openid' })
    const poll = (code: string, client = tool) =>
      oidc.genericGrantRequest(client, DEVICE_CODE, { device_code: code })
    const typing = async (browser: Visitor, name = 'alice.test') =>
      rp.signIn(browser, await rp.follow(browser, await browser.open('/openid/device')), name)

    beforeAll(async () => {
      const metadata = {
        ...{ redirect_uris: undefined, post_logout_redirect_uris: undefined, response_types: [] },
        ...{ token_endpoint_auth_method: 'none', grant_types: [DEVICE_CODE, 'refresh_token'] },
      }
      const ids = ['tool', 'other-tool']
      for (const id of ids) await rp.register(app, { id, metadata })
      tool = await rp.discover(app, null, 'tool')
    })

    test('who does not have the account lets nothing in, and no other page does', async () => {
      const asked = await begin()
      const page = await visitor.open(`/account/device?user_code=${asked.user_code}`)
      expect(page.header('location')).toMatch(/^\/account\/sign-in\?/)
      const typed = await typing(visitor)
      const sent = { user_code: asked.user_code }
      const headers = { origin: 'https://evil.example.com', 'sec-fetch-site': 'cross-site' }
      expect(await visitor.send(typed, sent, { headers })).toMatchObject({ status: 400 })
      const question = await visitor.send(typed, sent)
      const allow = { decision: 'allow' }
      expect(await visitor.send(question, allow, { headers })).toMatchObject({ status: 400 })
      // The form of another browser, and one that was not given.
      const mallory = new Visitor(app)
      await typing(mallory, 'mallory.test')
      await mallory.send(question, allow)
      await visitor.send({ ...question, fields: {} }, allow)
      await expect(poll(asked.device_code)).rejects.toMatchObject({
        error: 'authorization_pending',
      })
    })

    test('a form is that of its person, also where two are signed in', async () => {
      const asked = await begin()
      const remember = { remember: 'on' }
      const page = await rp.follow(visitor, await visitor.open('/openid/device'))
      const typed = await rp.signIn(visitor, page, 'alice.test', remember)
      const question = await visitor.send(typed, { user_code: asked.user_code })
      const other = await visitor.open('/account/sign-in?for=device&step=sign-in')
      const its = await rp.signIn(visitor, other, 'mallory.test', remember)
      const sent = await visitor.send({ ...question, action: its.action }, { decision: 'allow' })
      expect(sent).toMatchObject({ status: 400, title: 'Connect a device' })
      await expect(poll(asked.device_code)).rejects.toMatchObject({
        error: 'authorization_pending',
      })
      expect((await visitor.send(question, { decision: 'allow' })).title).toBe(
        'The device is connected',
      )
    })

    test('a code is good for its own app alone, and for as long as the sign-in of the person', async () => {
      const asked = await begin()
      const question = await visitor.send(await typing(visitor), { user_code: asked.user_code })
      await visitor.send(question, { decision: 'allow' })
      const other = await rp.discover(app, null, 'other-tool')
      await expect(poll(asked.device_code, other)).rejects.toMatchObject(invalidGrant)
      const [, id = ''] = asked.device_code.split('.')
      await expect(poll(`made-up.${id}`)).rejects.toMatchObject(invalidGrant)
      await app.actors.account(did).signOutEverywhere()
      await expect(poll(asked.device_code)).rejects.toMatchObject(invalidGrant)
      expect((await typing(visitor)).title).toBe('Connect a device')
    })

    test('guesses are counted by account and by address', async () => {
      const { user_code: right } = await begin()
      const guess = async (browser: Visitor, page: Seen, code: string, address: string) =>
        (await browser.send(page, { user_code: code }, { address })).status
      const page = await typing(visitor)
      for (let i = 0; i < 20; i++) {
        expect(await guess(visitor, page, 'BCDF-GHJK', `192.0.2.${i}`)).toBe(400)
      }
      expect(await guess(visitor, page, right, '198.51.100.1')).toBe(429)
      const mallory = new Visitor(app)
      const its = await typing(mallory, 'mallory.test')
      const address = '198.51.100.2'
      for (let i = 0; i < 20; i++) await guess(mallory, its, 'BCDF-GHJK', address)
      expect(await guess(mallory, its, right, address)).toBe(429)
      // A right code is no guess.
      const bob = new Visitor(app)
      const bobs = await typing(bob, 'bob.test')
      for (let i = 0; i < 30; i++) expect(await guess(bob, bobs, right, '203.0.113.9')).toBe(200)
    })
  })

  test('a sign-in that somebody else has begun is not finished for them', async () => {
    const attacker = new Visitor(app)
    await attacker.open('/account')
    const begun = await rp.begin(config)
    const first = await attacker.open(begun.url.pathname + begun.url.search)
    const link = first.header('location') ?? ''
    expect(link).toMatch(/^\/account\/openid\//)
    // The link alone.
    await signedIn(visitor)
    expect(await visitor.open(link)).toMatchObject({ status: 400, action: undefined })
    // The link with the cookie, from a host of the same site.
    for (const [name, cookie] of attacker.cookies) {
      if (name.startsWith('openid-')) visitor.cookies.set(name, cookie)
    }
    const lured = await visitor.open(link)
    const isConsent = lured.action?.startsWith('/account/openid/')
    if (isConsent) await visitor.send(lured, { decision: 'allow' })
    const id = link.split('/').at(-1)
    const stolen = await attacker.open(`/openid/authorize/${id}`)
    expect(stolen.header('location') ?? '').not.toContain('code=')
    expect(stolen.status).toBe(400)
  })

  test('a session counts in its browser alone', async () => {
    await signedIn()
    const cookie = visitor.cookies.get('openid-session')
    const attacker = new Visitor(app)
    if (cookie) attacker.cookies.set('openid-session', cookie)
    const answer = await rp.open(attacker, await rp.begin(config, { prompt: 'none' }))
    expect(answer.header('location')).toContain('error=login_required')
    const known = await rp.open(visitor, await rp.begin(config, { prompt: 'none' }))
    expect(known.header('location')).toContain('code=')
  })

  test('a link to the sign-out takes no sign-in where no client is signed in', async () => {
    const page = await visitor.open('/account/sign-in?step=sign-in')
    await rp.signIn(visitor, page)
    const over = await visitor.open('/openid/end-session')
    const action = new URL(over.action ?? '').pathname
    expect(await visitor.send({ ...over, action })).toMatchObject({ status: 303 })
    const next = await rp.open(visitor, await rp.begin(config))
    expect(next.text).not.toContain('id="password"')
  })

  test('a browser whose session has ended is signed out by no page of another host', async () => {
    await signedIn()
    const { value: session = '' } = visitor.cookies.get('openid-session') ?? {}
    await app.actors.account(did).endOpenidSession(session)
    const form = { action: '/openid/end-session/confirm', fields: { logout: 'yes' } }
    const headers = { origin: 'http://mallory.localhost:2600', 'sec-fetch-site': 'same-site' }
    expect(await visitor.send(form, {}, { headers })).toMatchObject({ status: 400 })
    const begun = await rp.begin(config)
    expect((await rp.open(visitor, begun)).header('location')).toContain('code=')
    visitor.cookies.set('openid-session', { value: session, path: '/openid' })
    expect(await visitor.send(form)).toMatchObject({ status: 200, title: 'You are signed out' })
    expect((await rp.open(visitor, begun)).text).toContain('id="password"')
  })

  test('a consent counts from its own page alone', async () => {
    const id = 'asks'
    const client = await rp.discover(app, await rp.register(app, { id }), id)
    const asked = await rp.signIn(visitor, await rp.open(visitor, await rp.begin(client)))
    const headers = { origin: 'https://evil.example.com', 'sec-fetch-site': 'cross-site' }
    const fields = { decision: 'allow' }
    expect(await visitor.send(asked, fields, { headers })).toMatchObject({ status: 400 })
    const without = await visitor.send({ ...asked, fields: {} }, fields)
    expect(without).toMatchObject({ status: 400, title: 'Sign in to The Forum' })
    const answer = await rp.allow(visitor, asked)
    expect(answer.header('location')).toContain('code=')
  })

  test('a hint of another person signs nobody in as them', async () => {
    const { id_token: hint = '' } = await signedIn()
    const mallory = new Visitor(app)
    const begun = await rp.begin(config)
    const asked = await rp.signIn(mallory, await rp.open(mallory, begun), 'mallory.test')
    await rp.allow(mallory, asked)
    const more = { prompt: 'none', id_token_hint: hint }
    const answer = await rp.open(mallory, await rp.begin(config, more))
    expect(answer.header('location')).toContain('error=login_required')
  })

  /** The page where somebody else than before signs in on the way to the client. */
  const toAnother = (interaction: string | undefined) =>
    `/account/sign-in?for=openid&interaction=${interaction}&step=sign-in`

  test('a new sign-in that a client asks for is not had by the change to another account', async () => {
    const id = 'bank'
    const bank = await rp.discover(app, await rp.register(app, { id }), id)
    const page = await visitor.open('/account/sign-in?step=sign-in')
    await rp.signIn(visitor, page, 'alice.test', { remember: 'on' })
    for (const more of [{ prompt: 'login' }, { max_age: '60' }] as Record<string, string>[]) {
      const begun = await rp.begin(bank, more)
      const [, interaction] =
        /interaction=([\w-]+)/.exec((await rp.open(visitor, begun)).text) ?? []
      const other = await visitor.open(toAnother(interaction))
      const asked = await rp.signIn(visitor, other, 'mallory.test')
      expect(asked.title).toBe('Sign in to The Forum')
      const changed = await rp.follow(
        visitor,
        await visitor.open(`${asked.action}?account=alice.test`),
      )
      expect(changed.fields).toMatchObject({ username: 'alice.test', password: '' })
      visitor.cookies.delete('openid-session')
    }
  })

  test('who changes from one account to another is the other one, whatever ended before', async () => {
    await app.actors.account(did).signOutEverywhere()
    await signedIn()
    const begun = await rp.begin(config, { prompt: 'consent' })
    const { action = '' } = await rp.open(visitor, begun)
    const other = await visitor.open(toAnother(action.split('/').at(-1)))
    const over = await rp.signIn(visitor, other, 'mallory.test')
    expect(over.status).toBe(200)
    const to = new URL(over.action ?? '').pathname
    expect(to).toBe('/openid/end-session/confirm')
    const asked = await rp.follow(visitor, await visitor.send({ ...over, action: to }))
    const answer = await rp.allow(visitor, asked)
    const mallory = (await rp.exchange(config, begun, answer)).claims()?.sub
    expect(mallory).toMatch(/^did:/)
    expect(mallory).not.toBe(did)
  })

  test('what a client was given is nothing to the next one of its id', async () => {
    const id = 'kiosk'
    const metadata = { token_endpoint_auth_method: 'none' }
    const kiosk = await rp.discover(app, await rp.register(app, { id, metadata }), id)
    const { begun, answer } = await granted(visitor, kiosk)
    const tokens = await rp.exchange(kiosk, begun, answer)
    await rp.register(app, { id, metadata })
    await oidc.fetchUserInfo(kiosk, tokens.access_token, did)
    await rp.operate(app, 'openid/client-remove', { id })
    await rp.register(app, { id, metadata })
    await expect(oidc.fetchUserInfo(kiosk, tokens.access_token, did)).rejects.toThrow()
    await expect(oidc.refreshTokenGrant(kiosk, tokens.refresh_token ?? '')).rejects.toMatchObject(
      invalidGrant,
    )
    const anew = await rp.begin(kiosk)
    const asked = await rp.open(visitor, anew)
    expect(asked.title).toBe('Sign in to The Forum')
    const next = await rp.exchange(kiosk, anew, await rp.allow(visitor, asked))
    await oidc.fetchUserInfo(kiosk, next.access_token, did)
  })

  test('an assertion counts once, and none for longer than it is remembered', async () => {
    const id = 'signs'
    const { publicKey, privateKey } = await generateKeyPair('ES256')
    const jwks = { keys: [{ ...(await exportJWK(publicKey)), alg: 'ES256', use: 'sig' }] }
    const metadata = { token_endpoint_auth_method: 'private_key_jwt', jwks }
    await rp.register(app, { id, metadata })
    const assert = (expires: string, madeIn = '0s') =>
      new SignJWT({})
        .setIssuedAt(madeIn)
        .setProtectedHeader({ alg: 'ES256' })
        .setIssuer(id)
        .setSubject(id)
        .setAudience(`${app.runner.settings.publicUrl}/openid`)
        .setJti(expires + madeIn)
        .setExpirationTime(expires)
        .sign(privateKey)
    const show = async (assertion: string) => {
      const body = form({
        ...{ grant_type: 'refresh_token', refresh_token: 'made-up', client_assertion: assertion },
        client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
      })
      return app.ask({ method: 'POST', target: '/openid/token', headers: FORM, body })
    }
    const good = await assert('30m')
    // The client is known; its token is not.
    expect(await show(good)).toMatchObject({ status: 400 })
    expect(await show(good)).toMatchObject({ status: 401 })
    expect(await show(await assert('2h'))).toMatchObject({ status: 401 })
    // A clock may be a little ahead.
    expect(await show(await assert('30m', '50s'))).toMatchObject({ status: 400 })
    expect(await show(await assert('30m', '2m'))).toMatchObject({ status: 401 })
  })

  test('bad input gets the error of the standard', async () => {
    const json = { 'content-type': 'application/json' }
    const ask = (target: string, headers: Record<string, string>, body: string) =>
      app.ask({ method: 'POST', target, headers, body })
    expect(await ask('/openid/token', json, '{}')).toMatchObject({ status: 415 })
    expect(await ask('/openid/token', FORM, 'grant_type=x')).toMatchObject({ status: 401 })
    const coded = { ...FORM, 'content-encoding': 'br' }
    expect(await ask('/openid/token', coded, 'x')).toMatchObject({ status: 415 })
    expect(await app.ask({ target: '/openid/nothing' })).toMatchObject({ status: 404 })
    expect(await app.ask({ target: '/openid/TOKEN' })).toMatchObject({ status: 404 })
    expect(await app.ask({ target: '/openid/token' })).toMatchObject({ status: 405 })
    const page = await visitor.open('/openid/authorize/abcdefghijklmnopqrstuvwxyzabcdefghijk')
    expect(page).toMatchObject({ status: 400 })
    const headers = { authorization: 'Bearer made-up' }
    expect(await app.ask({ target: '/openid/userinfo', headers })).toMatchObject({ status: 401 })
  })

  test('no database holds in the clear what opens something', async () => {
    const { begun, answer } = await granted()
    const code = new URL(answer.header('location') ?? '').searchParams.get('code') ?? ''
    const tokens = await rp.exchange(config, begun, answer)
    const secrets = [
      ...[secret, code, tokens.access_token, tokens.refresh_token],
      visitor.cookies.get('openid-session')?.value,
    ].map((each) => decodeURIComponent(each ?? '').split('.')[0] ?? '')
    expect(secrets.filter((each) => each.length < 40)).toEqual([])
    // A page of a database may end within one.
    const halves = secrets.flatMap((each) => [each.slice(0, 20), each.slice(20, 40)])
    const folder = app.runner.settings.dataDir
    const files = readdirSync(folder, { recursive: true, withFileTypes: true })
    const read = files
      .filter((each) => each.isFile())
      .map((each) => readFileSync(join(each.parentPath, each.name)))
    expect(read.length).toBeGreaterThan(3)
    expect(halves.filter((each) => read.some((bytes) => bytes.includes(each)))).toEqual([])
  })

  describe('a client that registers itself', () => {
    let open: AppInProcess
    beforeAll(async () => {
      open = await startApp({ env: { ENTRYWAY_OPENID_REGISTRATION: 'open' } })
      await rp.register(open)
    })
    afterAll(() => open?.close())
    const METADATA = {
      ...{ client_name: 'The Forum', token_endpoint_auth_method: 'none' },
      redirect_uris: ['https://tool.example.com/callback'],
      logo_uri: 'https://rp.example.com/logo.png',
    }
    const registering = (change: object = {}, address?: string) =>
      rp.manage(open, 'POST', { body: { ...METADATA, ...change }, ...(address && { address }) })

    test('has neither the id nor the page of one of the operator', async () => {
      const { body } = await registering({ client_id: 'forum', client_secret: 'mine' })
      expect(body.client_id).toMatch(/^dynamic-[\w-]{24}$/)
      const { clients } = await rp.operate(open, 'openid/client-list', {})
      expect(clients.find(({ id }: { id: string }) => id === 'forum').isSelfRegistered).toBe(false)
      await expect(rp.register(open, { id: 'dynamic-forum' })).rejects.toThrow(
        'register themselves',
      )
      for (const redirect of ['https://rp.example.com/callback', 'https://rp.example.com/else']) {
        const { status, body: refusal } = await registering({ redirect_uris: [redirect] })
        expect([status, refusal.error_description]).toEqual([
          400,
          'redirect_uris are those of another client',
        ])
      }
      const client = await rp.discover(open, null, body.client_id)
      const person = { handle: 'kim.test', email: 'kim@mail.internal', password: rp.PASSWORD }
      await open.addAccount(person)
      const browser = new Visitor(open)
      const begun = await rp.begin(client, { redirect_uri: METADATA.redirect_uris[0] ?? '' })
      const page = await rp.signIn(browser, await rp.open(browser, begun), person.handle)
      expect(page.title).toBe('Sign in to tool.example.com')
      expect(page.notice).toContain('“The Forum”')
      expect(page.text).not.toContain('logo.png')
    })

    test('changes itself alone', async () => {
      const [mine, other] = [(await registering()).body, (await registering()).body]
      const target = `/openid/register/${other.client_id}`
      const token = mine.registration_access_token
      const made = `${other.client_id}.${'x'.repeat(43)}`
      for (const shown of [made, token, 'forum.x', '']) {
        const body = { ...METADATA, client_id: other.client_id, client_name: 'Mine' }
        const answer = await rp.manage(open, 'PUT', { target, token: shown, body })
        expect([400, 401]).toContain(answer.status)
      }
      // Nor does what was refused end anything.
      const itself = `/openid/register/${mine.client_id}`
      expect(await rp.manage(open, 'GET', { target: itself, token })).toMatchObject({ status: 200 })
      const own = { target, token: other.registration_access_token }
      expect(await rp.manage(open, 'GET', own)).toMatchObject({
        body: { client_name: 'The Forum' },
      })
      const forum = { target: '/openid/register/forum', token: other.registration_access_token }
      expect(await rp.manage(open, 'DELETE', forum)).toMatchObject({ status: 401 })
      expect(await rp.operate(open, 'openid/client-show', { id: 'forum' })).toMatchObject({
        id: 'forum',
      })
    })

    test('floods nothing', async () => {
      open.counters.exec('DELETE FROM counter')
      const answers = []
      for (let i = 0; i < 21; i++) answers.push((await registering({}, '198.51.100.9')).status)
      expect(answers.lastIndexOf(201)).toBe(19)
      expect(answers.at(-1)).toBe(429)
      expect(await registering({}, '198.51.100.10')).toMatchObject({ status: 201 })
    })
  })

  test('a client whose id leads inside is not looked at', async () => {
    const { fetch } = globalThis
    const refused: string[] = []
    vi.stubGlobal('fetch', async (...asked: Parameters<typeof fetch>) => {
      try {
        return await fetch(...asked)
      } catch (err) {
        refused.push(String((err as Error).cause))
        throw err
      }
    })
    const inProduction = await startApp({ env: PRODUCTION })
    try {
      await rp.register(inProduction)
      const browser = new Visitor(inProduction)
      const look = async (host: string) => {
        const more = { client_id: `https://${host}/client.json` }
        const page = await rp.open(browser, await rp.begin(config, more))
        expect(page).toMatchObject({ status: 400, action: undefined })
        expect(page.text).toContain('metadata document fetch failed')
      }
      await look('rp.example.net:8443')
      expect(refused).toEqual([])
      const inside = ['127.0.0.1', '[::1]', '[::ffff:10.0.0.1]', '169.254.169.254', '10.1.2.3']
      for (const host of [...inside, 'localhost', 'printer.local']) {
        await look(host)
        expect([host, refused.pop()]).toEqual([
          host,
          expect.stringMatching(/non-unicast|not a public domain/),
        ])
      }
    } finally {
      vi.unstubAllGlobals()
      await inProduction.close()
    }
  })

  test('sign-outs are told to nobody inside', async () => {
    const { log, lines } = keptLog()
    const env = { ...PRODUCTION, ENTRYWAY_OPENID_REGISTRATION: 'open' }
    const inProduction = await startApp({ env, log })
    try {
      const person = { handle: 'kim.test', email: 'kim@mail.internal', password: rp.PASSWORD }
      const account = inProduction.actors.account(await inProduction.addAccount(person))
      const register = (id: string, uri: string) =>
        rp.register(inProduction, { id, metadata: { backchannel_logout_uri: uri } })
      for (const uri of ['http://rp.example.com/out', 'https://rp.example.com:8443/out']) {
        await expect(register('forum', uri)).rejects.toThrow('an https URL without a port')
        const registers = (name: string) =>
          rp.manage(inProduction, 'POST', { body: { ...SELF, [name]: uri } })
        for (const name of ['backchannel_logout_uri', 'jwks_uri']) {
          expect(await registers(name)).toMatchObject({
            ...{ status: 400, body: { error: 'invalid_client_metadata' } },
          })
        }
      }
      expect(await rp.manage(inProduction, 'POST', { body: SELF })).toMatchObject({ status: 201 })
      const inside = ['127.0.0.1', '[::1]', '[::ffff:10.0.0.1]', '169.254.169.254', '10.1.2.3']
      const hosts = [...inside, 'localhost', 'metadata', 'printer.local']
      for (const [i, host] of hosts.entries()) await register(`c${i}`, `https://${host}/out`)
      const session = { uid: 'uid', payload: '{}', deviceId: 'dev', isRemembered: false }
      const signIns = hosts.map((_, i) => ({ clientId: `c${i}`, sid: 'sid', grantId: 'grant' }))
      const basis = await signInNow(account)
      const expiresAt = Date.now() + 60_000
      await account.putOpenidSession({ ...session, expiresAt, signIns }, 'id', basis, true)
      await rp.operate(inProduction, 'account/revoke', { account: 'kim.test' })
      const told = () => lines().filter((each) => each.clientId && each.level === 'warn')
      await until(() => told().length === hosts.length, 'not all are tried')
      for (const { clientId, why } of told()) {
        expect([clientId, why]).toEqual([
          clientId,
          expect.stringMatching(/non-unicast|not a public domain/),
        ])
      }
    } finally {
      await inProduction.close()
    }
  })
})
