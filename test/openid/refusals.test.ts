import { readFileSync } from 'node:fs'
import { SignJWT } from 'jose'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import type { ResponseEnvelope } from '../../http/envelope.ts'
import { DEVICE_CODE } from '../../lab/clients/headless_openid.ts'
import { type AppInProcess, type Asked, startApp } from '../../lab/world/app/app.ts'
import { ask } from '../shared/ask.ts'
import { FORM, form } from '../shared/mistakes.ts'
import * as rp from '../shared/people/relying_party.ts'
import { Visitor } from '../shared/people/visitor.ts'
import { assertions } from './assertions.ts'

/** What developers of relying parties do wrong, and what they read of it. */
let app: AppInProcess
let secret: string
let code: string
const keys = await assertions('signer')
const VERIFIER = 'v'.repeat(43)
const REDIRECT = 'https://rp.example.com/callback'
const docs = readFileSync(new URL('../../docs/openid.md', import.meta.url), 'utf8')

beforeAll(async () => {
  app = await startApp()
  await app.addAccount({
    ...{ handle: 'alice.test', email: 'alice@mail.internal', password: rp.PASSWORD },
  })
  secret = (await rp.register(app)) ?? ''
  await rp.register(app, { id: 'signer', metadata: keys.metadata })
  const config = await rp.discover(app, secret)
  const begun = await rp.begin(config, { code_challenge: keys.challengeOf(VERIFIER) })
  const visitor = new Visitor(app)
  const consent = await rp.signIn(visitor, await rp.open(visitor, begun))
  const back = await rp.allow(visitor, consent)
  code = new URL(back.header('location') ?? '').searchParams.get('code') ?? ''
})
afterAll(() => app?.close())

const basic = (id: string, password: string) => ({
  authorization: `Basic ${Buffer.from(`${id}:${password}`).toString('base64')}`,
})
const post = (target: string, fields: Record<string, string>, headers: object = {}) =>
  ask(app, { method: 'POST', target, headers: { ...FORM, ...headers }, body: form(fields) })
const exchange = (more: Record<string, string> = {}) => ({
  ...{ grant_type: 'authorization_code', code, code_verifier: VERIFIER, redirect_uri: REDIRECT },
  ...more,
})
const token = (more: Record<string, string>, headers: object = basic('forum', secret)) =>
  post('/openid/token', exchange(more), headers)
const me = (authorization: string) =>
  ask(app, { target: '/openid/userinfo', headers: { authorization } })

const none = (name: string) => {
  const { [name]: _, ...others }: Record<string, string> = exchange()
  return post('/openid/token', others, basic('forum', secret))
}

const MISTAKES: [what: string, made: () => ReturnType<typeof ask>][] = [
  ['no client', () => token({}, {})],
  ['a wrong secret', () => token({}, basic('forum', 'wrong'))],
  ['a client that is not registered', () => token({}, basic('nobody', 'x'))],
  ['no secret', () => token({ client_id: 'forum' }, {})],
  ['the secret twice, in the header and in the form', () => token({ client_secret: secret })],
  ['another `client_id` in the form', () => token({ client_id: 'signer' })],
  ['no `grant_type`', () => none('grant_type')],
  ['a grant that there is not', () => token({ grant_type: 'password' })],
  ['a grant that the client may not use', () => token({ grant_type: DEVICE_CODE })],
  ['no `code`', () => none('code')],
  ['a code that was used, has expired, or never was', () => token({ code: 'no code' })],
  ['no `code_verifier`', () => none('code_verifier')],
  ['another `code_verifier`', () => token({ code_verifier: 'w'.repeat(43) })],
  ['another `redirect_uri`', () => token({ redirect_uri: `${REDIRECT}/` })],
  ['a DPoP proof that is none', () => token({}, { ...basic('forum', secret), dpop: 'x' })],
  [
    'a refresh token that is none',
    () => token({ grant_type: 'refresh_token', refresh_token: 'none' }),
  ],
  ['an access token that is none, at userinfo', () => me('Bearer none')],
  ['another scheme, at userinfo', () => me('Token none')],
]

test('docs/openid.md says what each usual mistake looks like, and none spends the code', async () => {
  const rows: string[] = []
  for (const [what, made] of MISTAKES) {
    const { status, body } = await made()
    const { error, error_description: description } = body as Record<string, string>
    rows.push(`| ${what} | ${status} \`${error}\` | ${description} |`)
  }
  expect(rows.filter((row) => !docs.includes(row))).toEqual([])
  const given = await token({})
  expect(given).toMatchObject({ status: 200, body: { access_token: expect.any(String) } })
})

const AUTHENTICATING = ['token', 'par', 'introspect', 'revoke', 'device-authorization']

test.each(AUTHENTICATING)('/openid/%s says why a client is not authenticated', async (endpoint) => {
  const fields = { token: 'x', grant_type: 'refresh_token', refresh_token: 'x' }
  const at = (more: object, headers: object = {}) =>
    post(`/openid/${endpoint}`, { ...fields, ...more }, headers)
  const now = Math.floor(Date.now() / 1_000)
  const issuer = `${app.runner.settings.publicUrl}/openid`
  const signed = async (claims: object) => keys.form(claims)
  const refused: [Awaited<ReturnType<typeof ask>>, RegExp][] = [
    [await at({}), /no client authentication/],
    [await at({}, basic('forum', 'wrong')), /invalid secret/],
    [await at({}, basic('nobody', 'x')), /client not found/],
    [await at({ client_id: 'forum' }), /authentication mechanism does not match/],
    [await at(await signed({ aud: 'https://elsewhere.example' })), /audience/],
    [await at(await signed({ aud: [issuer, 'https://elsewhere.example'] })), /must be one/],
    [await at(await signed({ exp: now - 300 })), /expired/],
    [await at(await signed({ nbf: now + 300 })), /not active yet/],
    [await at(await signed({ jti: undefined })), /jti/],
    [await at(await keys.form({}, keys.another)), /signature|validate/],
  ]
  for (const [{ status, body }, words] of refused) {
    expect([status, body]).toEqual([
      401,
      { error: 'invalid_client', error_description: expect.stringMatching(words) },
    ])
  }
})

test.each([
  ['the issuer', (issuer: string) => issuer],
  ['the issuer in a list', (issuer: string) => [issuer]],
  ['the token endpoint', (issuer: string) => `${issuer}/token`],
  ['the endpoint itself', (issuer: string) => `${issuer}/introspect`],
])('the audience of an assertion may be %s', async (_, audience) => {
  const aud = audience(`${app.runner.settings.publicUrl}/openid`)
  const fields = { token: 'x', ...(await keys.form({ aud })) }
  expect(await post('/openid/introspect', fields)).toMatchObject({
    ...{ status: 200, body: { active: false } },
  })
})

test('a challenge says the same as the body', async () => {
  const { headers, body } = await me('Bearer "none\\')
  const { error_description: description } = body as { error_description: string }
  expect(headers['www-authenticate']).toContain(`error_description="${description}"`)
  expect(description).toMatch(/^invalid token provided: access token not found/)
})

test('a request to userinfo without a token is told which ones there are', async () => {
  const fields = { a: 'b' }
  for (const answer of [
    await ask(app, { target: '/openid/userinfo' }),
    await post('/openid/userinfo', fields),
  ]) {
    expect(answer).toMatchObject({
      ...{ status: 401 },
      body: { error: 'invalid_token', error_description: 'no access token provided' },
    })
  }
  const { headers } = (await app.ask({ target: '/openid/userinfo' })) as ResponseEnvelope
  const challenges = headers.filter(([name]) => name === 'www-authenticate')
  expect(challenges.map(([, value]) => value.split(' ')[0])).toEqual(['Bearer', 'DPoP'])
})

const OBJECTS: [what: string, claims: object, words: RegExp][] = [
  ['has expired', { exp: 1 }, /jwt expired/],
  ['comes too soon', { nbf: 4_000_000_000 }, /jwt not active yet/],
  ['is for another', { aud: 'https://elsewhere.example' }, /audience/],
  ['is of another', { iss: 'forum' }, /issuer/],
]

test.each(OBJECTS)(
  'a request object that %s is refused with the reason',
  async (_, claims, why) => {
    const request = await new SignJWT({
      ...{ iss: 'signer', aud: `${app.runner.settings.publicUrl}/openid`, client_id: 'signer' },
      ...{ response_type: 'code', redirect_uri: REDIRECT, scope: 'openid', state: 'here' },
      ...{ code_challenge: keys.challengeOf(VERIFIER), code_challenge_method: 'S256' },
      ...claims,
    })
      .setProtectedHeader({ alg: 'ES256', kid: 'k', typ: 'oauth-authz-req+jwt' })
      .sign(keys.key)
    const target = `/openid/authorize?${form({ client_id: 'signer', request })}`
    const { headers } = await ask(app, { target })
    const told = new URL(headers.location ?? '').searchParams
    expect(told.get('error')).toBe('invalid_request_object')
    expect(told.get('error_description')).toMatch(why)
    expect(told.get('state')).toBe('here')
    const pushed = await post('/openid/par', { request, ...(await keys.form({})) })
    expect(pushed).toMatchObject({ status: 400, body: { error: 'invalid_request_object' } })
    expect(pushed.body).toMatchObject({ error_description: expect.stringMatching(why) })
  },
)

test.each([
  ['no scope', undefined],
  ['a scope that there is not', 'made-up'],
  ['the scope of atproto', 'atproto'],
  ['a scope of a resource without the resource', 'tools:read'],
])('a client that asks for %s is told before anybody signs in', async (_, scope) => {
  const address = 'https://mcp.example.com'
  await rp.operate(app, 'openid/resource-add', { address, scopes: ['tools:read'] })
  const grant_types = [DEVICE_CODE, 'authorization_code']
  const metadata = { grant_types, token_endpoint_auth_method: 'none' }
  await rp.register(app, { id: 'anything', metadata })
  const query = {
    ...{ client_id: 'anything', response_type: 'code', redirect_uri: REDIRECT },
    ...{ code_challenge: keys.challengeOf(VERIFIER), code_challenge_method: 'S256' },
    ...(scope !== undefined && { scope }),
  }
  const words = /^scope has to name one of openid, profile, email, or one of/
  const { headers } = await ask(app, { target: `/openid/authorize?${form(query)}` })
  const told = new URL(headers.location ?? '').searchParams
  expect([told.get('error'), told.get('error_description')]).toEqual([
    'invalid_scope',
    expect.stringMatching(words),
  ])
  for (const endpoint of ['par', 'device-authorization']) {
    expect(await post(`/openid/${endpoint}`, query)).toMatchObject({
      ...{ status: 400 },
      body: { error: 'invalid_scope', error_description: expect.stringMatching(words) },
    })
  }
  const { headers: forAll } = await ask(app, {
    target: `/openid/authorize?${form({ ...query, scope: 'tools:read', resource: address })}`,
  })
  expect(forAll.location).toContain('/account/openid/')
})

test('each refusal is one line of the log, with what the client reads', async () => {
  const info = vi.spyOn(app.runner.log, 'info').mockImplementation(() => {})
  // From an address of its own: the refusals above may have used up the lines of theirs.
  const address = '192.0.2.2'
  const here = (asked: Asked) => ask(app, { ...asked, address })
  const exchanged = (headers: Record<string, string>) =>
    here({
      ...{ method: 'POST', target: '/openid/token', body: form(exchange()) },
      headers: { ...FORM, ...headers },
    })
  const refused = await exchanged(basic('forum', 'wrong'))
  const { error_description: description } = refused.body as { error_description: string }
  await exchanged({ ...basic('forum', secret), 'content-type': 'application/json' })
  const query = { client_id: 'forum', response_type: 'code', redirect_uri: REDIRECT }
  await here({ target: `/openid/authorize?${form(query)}` })
  await here({ target: `/openid/authorize?${form({ ...query, redirect_uri: 'https://a.b' })}` })
  await here({ target: '/openid/nothing' })
  const lines = info.mock.calls.map(([given]) => given as unknown as Record<string, unknown>)
  info.mockRestore()
  expect(lines[0]).toEqual({
    ...{ clientId: 'forum', endpoint: '/openid/token', status: 401, error: 'invalid_client' },
    ...{ description, address },
  })
  expect(lines.map(({ endpoint, status, error }) => [endpoint, status, error])).toEqual([
    ['/openid/token', 401, 'invalid_client'],
    ['/openid/token', 415, 'invalid_request'],
    ['/openid/authorize', 303, 'invalid_request'],
    ['/openid/authorize', 400, 'invalid_redirect_uri'],
  ])
  expect(lines.map(({ redirectUri }) => redirectUri)).toEqual([
    ...[undefined, undefined, undefined],
    'https://a.b',
  ])
  expect(JSON.stringify(lines)).not.toContain(secret)
})
