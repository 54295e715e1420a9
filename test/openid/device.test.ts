import { randomUUID } from 'node:crypto'
import { exportJWK, generateKeyPair, SignJWT } from 'jose'
import * as oidc from 'openid-client'
import { afterAll, beforeAll, beforeEach, expect, onTestFinished, test, vi } from 'vitest'
import { OPENID_DEVICE_CODE } from '../../base/lifetimes.ts'
import { DEVICE_CODE } from '../../lab/clients/headless_openid.ts'
import { type AppInProcess, startApp } from '../../lab/world/app/app.ts'
import { FORM, form } from '../shared/mistakes.ts'
import * as rp from '../shared/people/relying_party.ts'
import type { Seen } from '../shared/people/visitor.ts'
import { Visitor } from '../shared/people/visitor.ts'

/** A device without a browser (RFC 8628), and the person who lets it in. */
let app: AppInProcess
let did: string
let config: oidc.Configuration
let visitor: Visitor
/** Whether the auth actor that keeps the nonces is away. */
let isAway = false

beforeAll(async () => {
  app = await startApp({ isAway: () => isAway })
  did = await app.addAccount({
    ...{ handle: 'alice.test', email: 'alice@mail.internal', password: rp.PASSWORD },
  })
  const metadata = {
    ...{ client_name: 'The Tool', redirect_uris: undefined, response_types: [] },
    ...{ post_logout_redirect_uris: undefined, token_endpoint_auth_method: 'none' },
    grant_types: [DEVICE_CODE, 'refresh_token'],
  }
  await rp.register(app, { id: 'tool', metadata })
  config = await rp.discover(app, null, 'tool')
})
beforeEach(() => {
  visitor = new Visitor(app)
})
afterAll(() => app?.close())

const begin = (scope = 'openid profile email', more: Record<string, string> = {}) =>
  oidc.initiateDeviceAuthorization(config, { scope, ...more })

/** The device asks once whether the person has decided. */
const poll = ({ device_code }: { device_code: string }) =>
  oidc.genericGrantRequest(config, DEVICE_CODE, { device_code })

/** The page on which the code is typed. */
async function signedIn(path = '/openid/device'): Promise<Seen> {
  const page = await rp.follow(visitor, await visitor.open(path))
  expect(page.text).toContain('id="password"')
  return rp.signIn(visitor, page)
}

/** A proof for the token endpoint with which something was asked already. */
async function usedProof(): Promise<string> {
  const { privateKey, publicKey } = await generateKeyPair('ES256')
  const jwk = await exportJWK(publicKey)
  const htu = `${app.runner.settings.publicUrl}/openid/token`
  const claims = { htm: 'POST', htu, jti: randomUUID(), iat: Math.floor(Date.now() / 1_000) }
  const proof = await new SignJWT(claims)
    .setProtectedHeader({ typ: 'dpop+jwt', alg: 'ES256', jwk })
    .sign(privateKey)
  const asked = await begin()
  await visitor.send(await type(await signedIn(), asked.user_code), { decision: 'allow' })
  const { device_code } = asked
  const taken = await app.ask({
    ...{ method: 'POST', target: '/openid/token', headers: { ...FORM, dpop: proof } },
    body: form({ grant_type: DEVICE_CODE, client_id: 'tool', device_code }),
  })
  expect(taken).toMatchObject({ status: 200 })
  return proof
}

const type = (page: Seen, code: string) => visitor.send(page, { user_code: code })

test('a person lets a command line in, which goes on without them', async () => {
  const asked = await begin()
  expect(asked).toMatchObject({
    user_code: expect.stringMatching(/^[B-DF-HJ-NP-TV-XZ]{4}-[B-DF-HJ-NP-TV-XZ]{4}$/),
    verification_uri: 'http://localhost:2600/openid/device',
    expires_in: 600,
  })
  await expect(poll(asked)).rejects.toMatchObject({ error: 'authorization_pending' })
  await expect(poll(asked)).rejects.toMatchObject({ error: 'slow_down' })
  const page = await signedIn()
  expect(page.title).toBe('Connect a device')
  // As people type it.
  const question = await type(page, ` ${asked.user_code.toLowerCase().replace('-', ' ')}`)
  expect(question).toMatchObject({ status: 200, title: 'Sign in to The Tool' })
  expect(question.text).toContain('It asked from 192.0.2.7.')
  expect(question.text).toContain(asked.user_code)
  expect(question.text).toContain('It stays signed in while you are away')
  const done = await visitor.send(question, { decision: 'allow' })
  expect(done).toMatchObject({ status: 200, title: 'The device is connected' })

  const tokens = await oidc.pollDeviceAuthorizationGrant(config, asked)
  expect(tokens.claims()).toMatchObject({ sub: did, amr: ['pwd'], email: 'alice@mail.internal' })
  const me = await oidc.fetchUserInfo(config, tokens.access_token, did)
  expect(me.preferred_username).toBe('alice.test')
  // A sign-out in that browser is none of the device.
  visitor.cookies.clear()
  const next = await oidc.refreshTokenGrant(config, tokens.refresh_token ?? '')
  await oidc.fetchUserInfo(config, next.access_token, did)
  const { openid } = await rp.operate(app, 'account/sessions', { account: did })
  expect(openid).toMatchObject([{ clientId: 'tool' }])
  await rp.operate(app, 'account/revoke', { account: did, session: openid[0].id })
  await expect(oidc.fetchUserInfo(config, next.access_token, did)).rejects.toThrow()
})

test('the link with the code leads through the sign-in to the code, which the person sends', async () => {
  const asked = await begin()
  const { pathname, search } = new URL(asked.verification_uri_complete ?? '')
  const page = await signedIn(pathname + search)
  expect(page.fields).toMatchObject({ user_code: asked.user_code })
  const question = await visitor.send(page)
  expect(question.title).toBe('Sign in to The Tool')
})

test('what is refused is refused once and for all', async () => {
  const asked = await begin()
  const question = await type(await signedIn(), asked.user_code)
  const done = await visitor.send(question, { decision: 'refuse' })
  expect(done.title).toBe('The device is not connected')
  const late = await visitor.send(question, { decision: 'allow' })
  expect(late).toMatchObject({ status: 400, title: 'Connect a device' })
  await rp.operate(app, 'account/revoke', { account: did })
  const out = await rp.follow(visitor, await visitor.send(question, { decision: 'allow' }))
  expect(out.text).toContain('The page was open for too long')
  await expect(poll(asked)).rejects.toMatchObject({ error: 'access_denied' })
})

test('a decision may be sent again, at once or when its answer was lost', async () => {
  const asked = await begin('openid')
  const question = await type(await signedIn(), asked.user_code)
  const allow = async () => (await visitor.send(question, { decision: 'allow' })).title
  const connected = 'The device is connected'
  expect([...(await Promise.all([allow(), allow()])), await allow()]).toEqual(
    Array(3).fill(connected),
  )
  const { openid } = await rp.operate(app, 'account/sessions', { account: did })
  expect(openid).toHaveLength(1)
  await poll(asked)
  expect(await allow()).toBe(connected)
  expect((await visitor.send(question, { decision: 'refuse' })).title).toBe('Connect a device')
  const other = await begin('openid')
  const next = await type(await visitor.open('/account/device'), other.user_code)
  for (const _ of ['once', 'again']) {
    const { title } = await visitor.send(next, { decision: 'refuse' })
    expect(title).toBe('The device is not connected')
  }
  await rp.operate(app, 'account/revoke', { account: did })
})

test('a device that somebody else has let in is not said to be connected', async () => {
  const mallory = { handle: 'mallory.test', email: 'mallory@mail.internal', password: rp.PASSWORD }
  await app.addAccount(mallory)
  const asked = await begin()
  const question = await type(await signedIn(), asked.user_code)
  const other = new Visitor(app)
  const first = await rp.follow(other, await other.open('/openid/device'))
  const page = await rp.signIn(other, first, mallory.handle)
  const theirs = await other.send(page, { user_code: asked.user_code })
  expect((await other.send(theirs, { decision: 'allow' })).title).toBe('The device is connected')
  expect((await visitor.send(question, { decision: 'allow' })).title).toBe('Connect a device')
})

test('the page says so where the account is deactivated, and no device is let in', async () => {
  const asked = await begin()
  const question = await type(await signedIn(), asked.user_code)
  const account = app.actors.account(did)
  await account.deactivate({ deleteAfter: null, deleteCredentials: false }, null)
  onTestFinished(async () => {
    await account.activate(null)
  })
  const done = await visitor.send(question, { decision: 'allow' })
  expect(done.title).toBe('The device is not connected')
  await expect(poll(asked)).rejects.toMatchObject({ error: 'access_denied' })
})

test('the e-mail address can be refused alone, and each device is one of its own', async () => {
  const [first, second] = [await begin(), await begin('openid')]
  const question = await type(await signedIn(), first.user_code)
  const { email, ...fields } = question.fields
  expect(email).toBe('on')
  await visitor.send({ ...question, fields }, { decision: 'allow' })
  const other = await type(await visitor.open('/account/device'), second.user_code)
  await visitor.send(other, { decision: 'allow' })
  const tokens = await poll(first)
  expect(tokens.claims()).not.toHaveProperty('email')
  const others = await poll(second)
  const { openid } = await rp.operate(app, 'account/sessions', { account: did })
  expect(openid).toHaveLength(2)
  await oidc.tokenRevocation(config, tokens.refresh_token ?? '')
  await oidc.refreshTokenGrant(config, others.refresh_token ?? '')
})

test('a code is used once, and its replay ends what it gave', async () => {
  const asked = await begin()
  const question = await type(await signedIn(), asked.user_code)
  await visitor.send(question, { decision: 'allow' })
  const both = await Promise.allSettled([poll(asked), poll(asked)])
  const got = both.filter(({ status }) => status === 'fulfilled')
  expect(got).toHaveLength(1)
  await expect(poll(asked)).rejects.toMatchObject({ error: 'invalid_grant' })
  const [tokens] = got as PromiseFulfilledResult<oidc.TokenEndpointResponse>[]
  const refreshed = oidc.refreshTokenGrant(config, tokens?.value.refresh_token ?? '')
  await expect(refreshed).rejects.toMatchObject({ error: 'invalid_grant' })
})

test('a device gets a token for a resource', async () => {
  const resource = 'https://mcp.example.com'
  await rp.operate(app, 'openid/resource-add', { address: resource, scopes: ['tools'] })
  const asked = await begin('openid tools', { resource })
  const question = await type(await signedIn(), asked.user_code)
  expect(question.text).toContain('It may use mcp.example.com in your name:')
  await visitor.send(question, { decision: 'allow' })
  const { access_token: token } = await poll(asked)
  const claims = JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString())
  expect(claims).toMatchObject({ aud: resource, scope: 'tools', sub: did })
  const unknown = begin('openid', { resource: 'https://unknown.example.com' })
  await expect(unknown).rejects.toMatchObject({ error: 'invalid_target' })
})

test.each([
  ['for a resource that is not registered', { resource: 'https://unknown.example.com' }],
  ['for a resource that the person was not asked about', { resource: 'https://other.example.com' }],
  ['with a proof that is none', { dpop: 'x' }],
  ['with a proof that was used', { dpop: 'used' }],
])('a device that asks %s is refused, and asks again', async (_, wrong: Record<string, string>) => {
  const [mine, other] = ['https://mcp.example.com', 'https://other.example.com']
  await rp.operate(app, 'openid/resource-add', { address: mine, scopes: ['tools'] })
  await rp.operate(app, 'openid/resource-add', { address: other, scopes: ['others'] })
  const asked = await begin('openid tools', { resource: mine })
  await visitor.send(await type(await signedIn(), asked.user_code), { decision: 'allow' })
  const { device_code } = asked
  const { dpop, ...more } = wrong
  visitor = new Visitor(app)
  const proof = dpop === 'used' ? await usedProof() : dpop
  const refused = await app.ask({
    ...{ method: 'POST', target: '/openid/token' },
    headers: { ...FORM, ...(proof && { dpop: proof }) },
    body: form({ grant_type: DEVICE_CODE, client_id: 'tool', device_code, ...more }),
  })
  expect(refused).toMatchObject({ status: 400 })
  expect(await poll(asked)).toHaveProperty('access_token')
})

test('a code that asks for nothing is not given, nor to a client that has not registered for it', async () => {
  await expect(begin('made-up')).rejects.toMatchObject({ error: 'invalid_scope' })
  const forum = await rp.discover(app, await rp.register(app))
  await expect(oidc.initiateDeviceAuthorization(forum, { scope: 'openid' })).rejects.toMatchObject({
    error: 'unauthorized_client',
  })
})

test('a code that nobody typed in time has expired', async () => {
  const asked = await begin()
  const page = await signedIn()
  vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + OPENID_DEVICE_CODE + 1_000 })
  try {
    await expect(poll(asked)).rejects.toMatchObject({ error: 'expired_token' })
  } finally {
    vi.useRealTimers()
  }
  const typed = await type(page, 'BCDF-GHJK')
  expect(typed).toMatchObject({ status: 400, title: 'Connect a device' })
  expect(typed.alert).toBe('This code is wrong, was used or has expired.')
})

test('a page that was open for too long says so, and keeps what was typed', async () => {
  const page = await signedIn()
  const asked = await begin()
  vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + OPENID_DEVICE_CODE + 1_000 })
  let typed: Seen
  try {
    typed = await type(page, asked.user_code)
  } finally {
    vi.useRealTimers()
  }
  expect([typed.status, typed.alert]).toEqual([
    ...[400, 'The page was open for too long. Please try again.'],
  ])
  expect(typed.fields.user_code).toBe(asked.user_code)
  expect((await visitor.send(typed)).title).toBe('Sign in to The Tool')
})

test('the page is in the language that the person chose, to its last step', async () => {
  const page = await rp.follow(visitor, await visitor.open('/openid/device?lang=sv'))
  const typed = await rp.signIn(visitor, page)
  expect(typed.title).toBe('Anslut en enhet')
  const asked = await begin()
  const question = await type(typed, asked.user_code)
  expect(question.title).toBe('Logga in på The Tool')
  // What another language leads to begins with the code that was typed.
  const inFrench = question.hrefs.find((href) => href.includes('lang=fr')) ?? ''
  expect((await visitor.open(inFrench)).fields.user_code).toBe(asked.user_code)
  const done = await visitor.send(question, { decision: 'allow' })
  expect(done.title).toBe('Enheten är ansluten')
  expect(done.hrefs.filter((href) => href.includes('lang='))).toEqual([])
})

test('a device code outlives a proof whose owner is away', async () => {
  const DPoP = oidc.getDPoPHandle(config, await oidc.randomDPoPKeyPair('ES256'))
  const asked = await begin()
  await visitor.send(await type(await signedIn(), asked.user_code), { decision: 'allow' })
  const { device_code } = asked
  onTestFinished(() => {
    isAway = false
  })
  const later = { cause: { status: 503 } }
  const take = () => oidc.genericGrantRequest(config, DEVICE_CODE, { device_code }, { DPoP })
  isAway = true
  await expect(take()).rejects.toMatchObject(later)
  isAway = false
  const tokens = await take()
  expect(tokens.token_type).toBe('dpop')
  const me = () => oidc.fetchUserInfo(config, tokens.access_token, did, { DPoP })
  isAway = true
  await expect(me()).rejects.toMatchObject(later)
  isAway = false
  expect(await me()).toMatchObject({ sub: did })
})

test('the short address that a device shows leads to the page', async () => {
  expect((await visitor.open('/openid/device')).header('location')).toBe('/account/device')
})

test('a code that is too long for an address is left out, in a link and in a form', async () => {
  const long = 'B'.repeat(10_000)
  const led = await visitor.open(`/openid/device?user_code=${long}&lang=fr`)
  expect(led.header('location')).toBe('/account/device?lang=fr')
  await rp.follow(visitor, await visitor.open('/account/device'))
  const sent = await visitor.send({ action: '/account/device', fields: {} }, { user_code: long })
  expect([sent.status, (sent.header('location') ?? '').length < 500]).toEqual([303, true])
  const typed = await type(await signedIn(), long)
  expect([typed.status, typed.alert]).toEqual([400, 'This code is wrong, was used or has expired.'])
})
