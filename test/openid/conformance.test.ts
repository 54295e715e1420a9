import * as oidc from 'openid-client'
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest'
import { type AppInProcess, startApp } from '../../lab/world/app/app.ts'
import { SIGN_OUT } from '../../openid/paths.ts'
import * as rp from '../shared/people/relying_party.ts'
import { type Seen, Visitor } from '../shared/people/visitor.ts'

/**
 * What the OpenID Foundation's conformance suite asks of providers (Basic, Dynamic, Form Post) and no other test here does,
 * where it has one by the name of its module there. All send a challenge, which is required here.
 */
let app: AppInProcess
let did: string
let config: oidc.Configuration
let visitor: Visitor
beforeAll(async () => {
  app = await startApp({ env: { ENTRYWAY_OPENID_REGISTRATION: 'open' } })
  did = await app.addAccount({
    ...{ handle: 'alice.test', email: 'alice@mail.internal', password: rp.PASSWORD },
  })
  config = await rp.discover(app, await rp.register(app))
})
beforeEach(() => {
  visitor = new Visitor(app)
})
afterAll(() => app?.close())

/** What comes back to the client. @param without parameters that it leaves out */
async function asked(more: Record<string, string>, without: readonly string[] = []) {
  const begun = await rp.begin(config, more)
  for (const name of without) begun.url.searchParams.delete(name)
  let page = await rp.open(visitor, begun)
  if (page.text.includes('id="password"')) page = await rp.signIn(visitor, page)
  if (page.action?.startsWith('/account/openid/')) page = await rp.allow(visitor, page)
  return { begun, page }
}

async function signedIn(more: Record<string, string> = {}) {
  const { begun, page } = await asked(more)
  return rp.exchange(config, begun, page)
}

/** By the parameters of an answer by redirect. */
function toldBy(page: Seen): URLSearchParams {
  const { search, hash } = new URL(page.header('location') ?? 'about:blank')
  return new URLSearchParams(search || hash.slice(1))
}

describe('a request is taken', () => {
  test.each<[module: string, more: Record<string, string>, scope?: string]>([
    ['ensure-request-with-unknown-parameter-succeeds', { extra: 'foobar' }],
    ['display-page', { display: 'page' }],
    ['display-popup', { display: 'popup' }],
    ['ui-locales', { ui_locales: 'se' }],
    ['claims-locales', { claims_locales: 'se' }],
    ['ensure-request-with-acr-values-succeeds', { acr_values: '1 2' }],
    ['login-hint', { login_hint: 'bob@example.org' }],
    ['claims-essential', { claims: '{"userinfo":{"name":{"essential":true}}}' }],
    ['ensure-other-scope-order-succeeds', { scope: 'email openid' }, 'openid email'],
    ['scope-address', { scope: 'openid address' }, 'openid'],
    ['scope-phone', { scope: 'openid phone' }, 'openid'],
  ])('%s', async (_, more, scope = 'openid profile email') => {
    const tokens = await signedIn(more)
    expect(tokens).toMatchObject({ scope })
    expect(tokens.claims()?.sub).toBe(did)
  })

  test('ensure-request-without-nonce-succeeds-for-code-flow', async () => {
    const { begun, page } = await asked({}, ['nonce'])
    const back = new URL(page.header('location') ?? '')
    const checks = { pkceCodeVerifier: begun.verifier, expectedState: begun.state }
    const tokens = await oidc.authorizationCodeGrant(config, back, checks)
    expect(tokens.claims()).not.toHaveProperty('nonce')
  })
})

describe('a request is refused', () => {
  test.each<[what: string, error: string, more: Record<string, string>, without?: string[]]>([
    ['response-type-missing', 'invalid_request', {}, ['response_type']],
    ['an unknown response type', 'unsupported_response_type', { response_type: 'foo' }],
    ['the implicit flow', 'unsupported_response_type', { response_type: 'id_token' }],
    ['a request by reference', 'request_uri_not_supported', { request_uri: 'https://a.example/' }],
    ['a registration with it', 'registration_not_supported', { registration: '{}' }],
    [
      'an unsigned request object',
      'invalid_request_object',
      { request: 'eyJhbGciOiJub25lIn0.e30.' },
    ],
    ['prompt=none with another', 'invalid_request', { prompt: 'none login' }],
    ['an unknown prompt', 'invalid_request', { prompt: 'foo' }],
    ['a negative max_age', 'invalid_request', { max_age: '-1' }],
    ['a plain challenge', 'invalid_request', { code_challenge_method: 'plain' }],
  ])('%s: %s', async (_, error, more, without) => {
    const { begun, page } = await asked(more, without)
    const told = Object.fromEntries(toldBy(page))
    const said = { error_description: expect.stringMatching(/./), state: begun.state }
    expect(told).toMatchObject({ error, ...said, iss: config.serverMetadata().issuer })
  })

  test('ensure-registered-redirect-uri, redirect-uri-query-added, -mismatch', async () => {
    const uri = 'https://rp.example.com/cb?foo=bar'
    const metadata = { redirect_uris: [uri], token_endpoint_auth_method: 'none' }
    await rp.register(app, { id: 'query', metadata })
    const client = await rp.discover(app, null, 'query')
    const open = async (redirect_uri: string) =>
      rp.open(visitor, await rp.begin(client, { redirect_uri, prompt: 'none' }))
    // redirect-uri-query-OK
    expect((await open(uri)).header('location')).toMatch(/^https:.*\/cb\?foo=bar&error=login_/)
    for (const other of ['', '?foo=baz', '?foo=bar&a=b']) {
      const page = await open(`https://rp.example.com/cb${other}`)
      expect([page.status, page.header('location')]).toEqual([400, undefined])
    }
  })
})

test('max-age-10000 and max-age-1', async () => {
  const timeOf = async (max: string) => (await signedIn({ max_age: max })).claims()?.auth_time ?? 0
  const first = await timeOf('10000')
  expect(await timeOf('10000')).toBe(first)
  vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 5_000 })
  try {
    const silent = await asked({ max_age: '1', prompt: 'none' })
    expect(toldBy(silent.page).get('error')).toBe('login_required')
    expect((await rp.open(visitor, await rp.begin(config, { max_age: '1' }))).text).toContain(
      'id="password"',
    )
    expect(await timeOf('1')).toBeGreaterThan(first)
  } finally {
    vi.useRealTimers()
  }
})

test('id-token-hint', async () => {
  const { id_token: hint = '' } = await signedIn()
  const silent = { prompt: 'none', id_token_hint: hint }
  expect((await signedIn(silent)).claims()?.sub).toBe(did)
  visitor = new Visitor(app)
  const nobody = await asked(silent)
  expect(toldBy(nobody.page).get('error')).toBe('login_required')
})

test('refresh-token: its id token is of the same sign-in, and its scope no wider', async () => {
  const before = await signedIn({ scope: 'openid profile offline_access', prompt: 'consent' })
  const after = await oidc.refreshTokenGrant(config, before.refresh_token ?? '')
  const { iss, sub, aud, auth_time } = before.claims() ?? {}
  expect(after.claims()).toMatchObject({ iss, sub, aud, auth_time })
  const less = await oidc.refreshTokenGrant(config, after.refresh_token ?? '', { scope: 'openid' })
  expect(less.scope).toBe('openid')
  expect(await oidc.fetchUserInfo(config, less.access_token, did)).toEqual({ sub: did })
  const all = await oidc.refreshTokenGrant(config, less.refresh_token ?? '')
  expect(all.scope).toBe('openid profile offline_access')
  const wider = oidc.refreshTokenGrant(config, all.refresh_token ?? '', { scope: 'openid email' })
  await expect(wider).rejects.toMatchObject({ error: 'invalid_scope' })
})

describe('form post', () => {
  const states = [
    ...[`a'b"&amp;%20+`, '</form><script>alert(1)</script>', '漢 \u{1F600}'],
    // As the page of a sign-out is written, of which some is written anew.
    `${'http://localhost:2600'}${SIGN_OUT}`,
  ]
  test.each(states)('state %s', async (state) => {
    for (const [more, brings] of [
      [{}, 'code'],
      [{ prompt: 'foo' }, 'error'],
    ] as const) {
      const { page } = await asked({
        ...{ response_mode: 'form_post', state, ui_locales: 'fr' },
        ...more,
      })
      expect(page.action).toBe('https://rp.example.com/callback')
      const { state: told = '', ...fields } = page.fields
      expect(told.replaceAll('&lt;', '<').replaceAll('&gt;', '>')).toBe(state)
      expect(Object.keys(fields)).toContain(brings)
      expect(page.text.split('<script>')).toHaveLength(2)
      expect(page.header('content-type')).toMatch(/utf-8/i)
    }
  })
})

test('registration: what a client says of itself is said back, when it is read, too', async () => {
  const of = (path: string) => `https://tool.example.net/${path}`
  const said = {
    ...{ redirect_uris: [of('cb'), of('cb?foo=bar')], client_name: 'A tool' },
    ...{ application_type: 'web', response_types: ['code'], contacts: ['admin@example.net'] },
    ...{ logo_uri: of('logo.png'), policy_uri: of('policy'), tos_uri: of('tos') },
    ...{ client_uri: of(''), initiate_login_uri: of('login'), jwks_uri: of('jwks') },
    ...{ default_max_age: 3600, require_auth_time: true, subject_type: 'public' },
    ...{ post_logout_redirect_uris: [of('bye')], backchannel_logout_uri: of('signed-out') },
    ...{ token_endpoint_auth_method: 'private_key_jwt', id_token_signed_response_alg: 'ES256' },
    ...{ grant_types: ['authorization_code', 'refresh_token'], software_id: 'tool' },
  }
  const { status, body } = await rp.manage(app, 'POST', { body: said })
  expect([status, body]).toMatchObject([201, said])
  const asking = { target: new URL(body.registration_client_uri).pathname }
  const token = body.registration_access_token
  expect(await rp.manage(app, 'GET', { ...asking, token })).toMatchObject({ body: said })
  for (const wrong of [
    { redirect_uris: [of('cb#fragment')] },
    { id_token_signed_response_alg: 'none' },
    { jwks_uri: of('jwks'), jwks: { keys: [] } },
  ]) {
    const refused = await rp.manage(app, 'POST', { body: { ...said, ...wrong } })
    expect([wrong, refused.status]).toEqual([wrong, 400])
  }
})
