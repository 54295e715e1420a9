import * as oidc from 'openid-client'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { DAY, OPENID_CLIENT_UNUSED, OPENID_USED_CLIENT_UNUSED } from '../../base/lifetimes.ts'
import { MAX_OPENID_REQUEST } from '../../database/flow/bounds.ts'
import { isOpenidInitialToken } from '../../database/flow/openid_registration.ts'
import { sweepFlow } from '../../database/flow/sweep.ts'
import { type AppInProcess, startApp } from '../../lab/world/app/app.ts'
import { en } from '../../mail/locales/en.ts'
import { openidTexts } from '../../pages/openid/locales/index.ts'
import { spend } from '../shared/limit.ts'
import { command } from '../shared/people/operators.ts'
import * as rp from '../shared/people/relying_party.ts'
import { Visitor } from '../shared/people/visitor.ts'

/** Clients that register themselves (RFC 7591), and change themselves (RFC 7592). */
let app: AppInProcess
let closed: AppInProcess
let did: string

beforeAll(async () => {
  app = await startApp({ env: { ENTRYWAY_OPENID_REGISTRATION: 'open' } })
  closed = await startApp({ env: { ENTRYWAY_OPENID_REGISTRATION: 'token' } })
  did = await app.addAccount({
    ...{ handle: 'alice.test', email: 'alice@mail.internal', password: rp.PASSWORD },
  })
})
beforeEach(() => {
  app.counters.exec('DELETE FROM counter')
})
afterAll(async () => {
  await Promise.all([app?.close(), closed?.close()])
})

const METADATA = {
  client_name: 'A tool',
  redirect_uris: ['https://rp.example.com/callback'],
  grant_types: ['authorization_code', 'refresh_token'],
  token_endpoint_auth_method: 'none',
}
const register = (change: object = {}) =>
  rp.manage(app, 'POST', { body: { ...METADATA, ...change } })
const isKnown = async (id: string) =>
  (await rp.operate(app, 'openid/client-list', {})).clients.some(
    (each: { id: string }) => each.id === id,
  )

test('one registers, a person sees where they go on, and it is used', async () => {
  const { status, body, headers } = await register()
  expect(status).toBe(201)
  expect(headers.get('access-control-allow-origin')).toBe('*')
  expect(body).toMatchObject({
    client_id: expect.stringMatching(/^dynamic-/),
    client_name: 'A tool',
  })
  expect(body).not.toHaveProperty('client_secret')
  const visitor = new Visitor(app)
  const client = await rp.discover(app, null, body.client_id)
  expect(client.serverMetadata().registration_endpoint).toMatch(/\/openid\/register$/)
  const begun = await rp.begin(client)
  const page = await rp.signIn(visitor, await rp.open(visitor, begun))
  expect(page.title).toBe('Sign in to rp.example.com')
  expect(page.notice).toMatch(/^It calls itself “A tool”\. .* does not know who is behind it\.$/)
  const tokens = await rp.exchange(client, begun, await rp.allow(visitor, page))
  expect(tokens.claims()).toMatchObject({ sub: did })
  const signIn = await visitor.open('/account/sign-in?step=sign-in')
  await visitor.send(signIn, { username: 'alice.test', password: rp.PASSWORD, remember: 'on' })
  const { text: security } = await visitor.open('/account/security')
  const shown = `rp.example.com (${body.client_id})`
  expect(security.split(shown).length).toBe(security.split(body.client_id).length)
  expect(security).toContain(shown)
  const { refresh_token: first = '' } = tokens
  const { refresh_token: second = '' } = await oidc.refreshTokenGrant(client, first)
  await oidc.refreshTokenGrant(client, second)
  const refused = { error: 'invalid_grant' }
  await expect(oidc.refreshTokenGrant(client, first)).rejects.toMatchObject(refused)
  const { subject } = en.notices.refreshTokenReused
  const told = (await app.readMails()).filter((mail) => mail.subject === subject)
  expect(told).toMatchObject([{ text: expect.stringContaining('keeps rp.example.com signed in') }])
  // It stays for longer than one that nobody has signed in to.
  const other = (await register()).body.client_id
  sweepFlow(app.flow, Date.now() + OPENID_CLIENT_UNUSED + DAY)
  expect([await isKnown(body.client_id), await isKnown(other)]).toEqual([true, false])
  sweepFlow(app.flow, Date.now() + OPENID_USED_CLIENT_UNUSED + DAY)
  expect(await isKnown(body.client_id)).toBe(false)
})

test('one with a secret reads, changes and removes itself', async () => {
  const { body } = await register({ token_endpoint_auth_method: 'client_secret_basic' })
  const { client_id: id, client_secret: secret, registration_access_token: token } = body
  const addressOf = ({ registration_client_uri: uri }: typeof body) => new URL(uri).pathname
  const target = addressOf(body)
  expect(secret).toMatch(/^[\w-]{43}$/)
  const asks = async (given: string) => {
    const client = await rp.discover(app, given, id)
    return oidc.refreshTokenGrant(client, 'made-up').catch((err) => err.error ?? err.status)
  }
  expect([await asks(secret), await asks('wrong')]).toEqual(['invalid_grant', 401])

  const read = await rp.manage(app, 'GET', { target, token })
  expect(read).toMatchObject({ status: 200, body: { client_id: id, client_name: 'A tool' } })
  // It has it, and here is a hash only.
  expect(read.body).not.toHaveProperty('client_secret')
  const change = { ...METADATA, token_endpoint_auth_method: 'client_secret_basic', client_id: id }
  const renamed = { ...change, client_name: 'The tool', client_secret: secret }
  const changed = await rp.manage(app, 'PUT', { target, token, body: renamed })
  expect(changed).toMatchObject({ status: 200, body: { client_name: 'The tool' } })
  expect(await asks(secret)).toBe('invalid_grant')
  const wrong = { ...renamed, client_secret: 'x' }
  expect(await rp.manage(app, 'PUT', { target, token, body: wrong })).toMatchObject({ status: 400 })

  const other = (await register()).body
  const asOther = { target, token: other.registration_access_token }
  expect(await rp.manage(app, 'GET', asOther)).toMatchObject({ status: 401 })
  // Refused, and that is all.
  expect(await rp.manage(app, 'GET', { ...asOther, target: addressOf(other) })).toMatchObject({
    status: 200,
  })
  expect(await rp.manage(app, 'DELETE', { target, token })).toMatchObject({ status: 204 })
  expect(await isKnown(id)).toBe(false)
  expect(await rp.manage(app, 'GET', { target, token })).toMatchObject({ status: 401 })
})

test('one that gives up its secret gets another where it needs one again', async () => {
  const { body } = await register()
  const { client_id: id, registration_access_token: token } = body
  const target = new URL(body.registration_client_uri).pathname
  const change = async (method: string) => {
    const metadata = { ...METADATA, client_id: id, token_endpoint_auth_method: method }
    const changed = await rp.manage(app, 'PUT', { target, token, body: metadata })
    expect(changed.status).toBe(200)
    return changed.body.client_secret as string | undefined
  }
  const asks = async (secret: string) => {
    const client = await rp.discover(app, secret, id)
    return oidc.refreshTokenGrant(client, 'made-up').catch((err) => err.error ?? err.status)
  }
  const first = (await change('client_secret_basic')) ?? ''
  // It has that one, and is not told of it again.
  expect(await change('client_secret_post')).toBeUndefined()
  expect(await change('client_secret_basic')).toBeUndefined()
  expect(await asks(first)).toBe('invalid_grant')
  expect(await change('none')).toBeUndefined()
  const second = (await change('client_secret_basic')) ?? ''
  expect(second).toMatch(/^[\w-]{43}$/)
  expect([await asks(second), await asks(first)]).toEqual(['invalid_grant', 401])
})

test('a member that is null is as one that is left out', async () => {
  const nulls = { logo_uri: null, contacts: null, jwks: null, scope: null, client_secret: null }
  const { status, body } = await register(nulls)
  expect(status).toBe(201)
  for (const name of Object.keys(nulls)) expect(body).not.toHaveProperty(name)
  const target = new URL(body.registration_client_uri).pathname
  const change = { ...METADATA, client_id: body.client_id, client_uri: null, contacts: null }
  const asked = { target, token: body.registration_access_token, body: change }
  expect(await rp.manage(app, 'PUT', asked)).toMatchObject({ status: 200 })
})

test('one that will ask for scopes of resources alone gets no others', async () => {
  const { body } = await register({ scope: 'tools:read tools:write' })
  expect(body.scope).toBe('tools:read tools:write offline_access')
  const client = await rp.discover(app, null, body.client_id)
  const ask = async (scope: string) => {
    const answer = await rp.open(new Visitor(app), await rp.begin(client, { scope }))
    return new URL(rp.linkOf(answer) ?? 'about:blank').searchParams.get('error')
  }
  expect([await ask('openid'), await ask('tools:read email')]).toEqual([
    'invalid_scope',
    'invalid_scope',
  ])
})

test('one that can do more than there is here is registered with what there is', async () => {
  const { grant_types: both } = METADATA
  // As agents register that also use what an organization grants them.
  const grants = [...both, 'urn:ietf:params:oauth:grant-type:jwt-bearer']
  const wanted = { grant_types: grants, response_types: ['code', 'code id_token'] }
  const { status, body } = await register(wanted)
  const given = { grant_types: both, response_types: ['code'] }
  expect([status, body]).toMatchObject([201, given])
  const target = new URL(body.registration_client_uri).pathname
  const token = body.registration_access_token
  const change = { ...METADATA, ...wanted, client_id: body.client_id }
  const changed = await rp.manage(app, 'PUT', { target, token, body: change })
  expect(changed).toMatchObject({ status: 200, body: given })
})

test('one that gets refresh tokens may ask for offline_access, whatever else it asks for', async () => {
  const resource = 'https://mcp.example.com'
  await rp.operate(app, 'openid/resource-add', { address: resource, scopes: ['read'] })
  // As agents register that find the scopes of a resource, and later ask for this one as well.
  const { body } = await register({ scope: 'read' })
  expect(body.scope).toBe('read offline_access')
  const client = await rp.discover(app, null, body.client_id)
  const asked = { scope: 'read offline_access', resource, prompt: 'consent' }
  const begun = await rp.begin(client, asked)
  begun.url.searchParams.delete('nonce')
  const visitor = new Visitor(app)
  const page = await rp.signIn(visitor, await rp.open(visitor, begun))
  expect(page.text).toContain(openidTexts.en.offline)
  const others = await register({ scope: 'read', grant_types: ['authorization_code'] })
  expect(others.body.scope).toBe('read')
})

test('with a token of the operator alone', async () => {
  const body = METADATA
  expect(await rp.manage(closed, 'POST', { body })).toMatchObject({ status: 401 })
  const token = 'made-up'
  expect(await rp.manage(closed, 'POST', { body, token })).toMatchObject({ status: 401 })
  const name = 'agents'
  const made = await rp.operate(closed, 'openid/registration-token-add', { name, days: 2 })
  expect(made.endpoint).toMatch(/\/openid\/register$/)
  const asked = () => rp.manage(closed, 'POST', { body, token: made.token })
  expect(await asked()).toMatchObject({ status: 201 })
  expect(await rp.operate(closed, 'openid/registration-token-list', {})).toMatchObject({
    tokens: [{ name }],
  })
  expect(isOpenidInitialToken(closed.flow, made.token, Date.now() + 3 * DAY)).toBe(false)
  await rp.operate(closed, 'openid/registration-token-remove', { name })
  expect(await asked()).toMatchObject({ status: 401 })
  await expect(rp.operate(closed, 'openid/registration-token-remove', { name })).rejects.toThrow(
    'No registration token agents',
  )
})

test('where it is off there is nothing', async () => {
  const off = await startApp()
  try {
    const asked = () => rp.manage(off, 'POST', { body: METADATA })
    expect(await asked()).toMatchObject({ status: 404 })
    const config = await rp.discover(off, await rp.register(off))
    expect(config.serverMetadata()).not.toHaveProperty('registration_endpoint')
    expect(await asked()).toMatchObject({ status: 404 })
  } finally {
    await off.close()
  }
})

test('what is refused uses up none of what everybody may register', async () => {
  spend(app.runner.settings, 'OpenID registration, everybody', '', 1)
  expect(await register({ redirect_uris: ['none'] })).toMatchObject({ status: 400 })
  expect(await register()).toMatchObject({ status: 201 })
  expect(await register()).toMatchObject({ status: 429 })
})

test('what cannot be registered is refused in the words of the standard', async () => {
  const refused = { status: 400, body: { error: expect.stringMatching(/^invalid_/) } }
  const long = 'x'.repeat(MAX_OPENID_REQUEST)
  for (const change of [
    { redirect_uris: [] },
    { redirect_uris: ['http://rp.example.net/callback'] },
    { redirect_uris: ['javascript:alert(1)'] },
    { redirect_uris: 'https://rp.example.com/callback' },
    { client_name: long },
    { grant_types: ['implicit'], response_types: ['id_token'] },
    { token_endpoint_auth_method: 'client_secret_jwt' },
    { subject_type: 'pairwise' },
    { subject_type: 'pairwise', redirect_uris: ['no address'] },
    { id_token_signed_response_alg: { toString: 1 } },
    { redirect_uris: [{ toString: 1 }] },
    { software_id: ['a tool'] },
  ]) {
    expect([change, await register(change)]).toMatchObject([change, refused])
  }
  expect(await rp.manage(app, 'POST', {})).toMatchObject({ status: 400 })
})

test('no client is registered with a software_id that is no string, by the operator neither', async () => {
  const metadata = { redirect_uris: ['https://rp.example.com/callback'], software_id: 7 }
  const added = await command(app, 'openid/client-add', { id: 'numbered', metadata })
  expect(added).toMatchObject({
    status: 400,
    body: { message: expect.stringContaining('software_id') },
  })
})
