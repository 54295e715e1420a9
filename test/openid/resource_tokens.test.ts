import { exportJWK, generateKeyPair, SignJWT } from 'jose'
import * as oidc from 'openid-client'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type AppInProcess, startApp } from '../../lab/world/app/app.ts'
import * as rp from '../shared/people/relying_party.ts'
import { Visitor } from '../shared/people/visitor.ts'

/** What is told of tokens for protected resources (RFC 7662, RFC 7009). */
let app: AppInProcess
let did: string
let client: oidc.Configuration
let resource: oidc.Configuration

const TOOLS = 'https://mcp.example.com'
const NONE = {
  ...{ redirect_uris: undefined, post_logout_redirect_uris: undefined },
  ...{ grant_types: [], response_types: [] },
}
const inactive = { active: false }

beforeAll(async () => {
  app = await startApp()
  did = await app.addAccount({
    ...{ handle: 'alice.test', email: 'alice@mail.internal', password: rp.PASSWORD },
  })
  client = await rp.discover(app, await rp.register(app))
  await rp.operate(app, 'openid/resource-add', { address: TOOLS, scopes: ['tools'] })
  resource = await registered(`${TOOLS}/`)
})
afterAll(() => app?.close())

/** A client that signs nobody in. */
async function registered(id: string) {
  return rp.discover(app, await rp.register(app, { id, metadata: NONE }), id)
}

async function granted(by = client, address = TOOLS, scope = 'openid tools') {
  const visitor = new Visitor(app)
  const begun = await rp.begin(by, { resource: address, scope })
  const asked = await rp.signIn(visitor, await rp.open(visitor, begun))
  const isConsent = asked.action?.startsWith('/account/openid/')
  return rp.exchange(by, begun, isConsent ? await rp.allow(visitor, asked) : asked)
}

const told = (token: string, by = resource) => oidc.tokenIntrospection(by, token)

test('its client and its resource are told of one that is good, and nobody else', async () => {
  const { access_token: token } = await granted()
  const other = await registered('https://other.example.com')
  for (const by of [client, resource]) {
    for (const hint of ['access_token', 'refresh_token']) {
      const answer = await oidc.tokenIntrospection(by, token, { token_type_hint: hint })
      expect(answer).toMatchObject({
        ...{ active: true, sub: did, client_id: 'forum', aud: TOOLS, scope: 'tools' },
        ...{ iss: client.serverMetadata().issuer, token_type: 'Bearer' },
      })
      expect(Number(answer.exp) - Number(answer.iat)).toBe(15 * 60)
    }
  }
  expect(await told(token, other)).toEqual(inactive)
  await rp.register(app, { id: TOOLS, metadata: { ...NONE, token_endpoint_auth_method: 'none' } })
  expect(await told(token, await rp.discover(app, null, TOOLS))).toEqual(inactive)
})

test('what is none of its tokens is not known, and no error', async () => {
  const {
    access_token: token,
    id_token: idToken = '',
    refresh_token: refresh = '',
  } = await granted()
  const [header = '', body = '', signature = ''] = token.split('.')
  const claims = JSON.parse(Buffer.from(body, 'base64url').toString())
  const written = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url')
  const { kid } = JSON.parse(Buffer.from(header, 'base64url').toString())
  const { privateKey, publicKey } = await generateKeyPair('ES256')
  const signed = async (more: object) =>
    new SignJWT(claims)
      .setProtectedHeader({ alg: 'ES256', typ: 'at+jwt', ...more })
      .sign(privateKey)
  const strangers = [
    [header, written({ ...claims, scope: 'all' }), signature].join('.'),
    [written({ alg: 'none', typ: 'at+jwt', kid }), body, ''].join('.'),
    [header, body].join('.'),
    await signed({ kid }),
    await signed({ kid: 'made-up', jwk: await exportJWK(publicKey) }),
    ...[idToken, claims.jti, `${token}x`, 'made-up', 'e30.e30.e30', 'e30.e30.e30.e30.e30'],
  ]
  for (const given of strangers) {
    for (const by of [client, resource]) expect(await told(given, by)).toEqual(inactive)
    await oidc.tokenRevocation(client, given)
  }
  expect(await told(token)).toMatchObject({ active: true })
  // The resource is told of its own tokens alone.
  expect(await told(refresh)).toEqual(inactive)
})

test('it is told of what has ended', async () => {
  const first = await granted()
  await oidc.tokenRevocation(client, first.access_token)
  expect(await told(first.access_token)).toEqual(inactive)
  const refreshing = oidc.refreshTokenGrant(client, first.refresh_token ?? '')
  await expect(refreshing).rejects.toMatchObject({ error: 'invalid_grant' })

  const second = await granted()
  const next = await oidc.refreshTokenGrant(client, second.refresh_token ?? '')
  expect(await told(next.access_token)).toMatchObject({ active: true })
  await oidc.tokenRevocation(client, next.refresh_token ?? '')
  for (const { access_token: token } of [second, next]) expect(await told(token)).toEqual(inactive)

  const third = await granted()
  for (const { id } of await app.actors.account(did).listOpenidGrants()) {
    await app.actors.account(did).endOpenidGrant(id)
  }
  expect(await told(third.access_token)).toEqual(inactive)
})

test('and of those of clients that are gone', async () => {
  const before = await rp.discover(app, await rp.register(app, { id: 'gone' }), 'gone')
  const { access_token: token } = await granted(before)
  expect(await told(token)).toMatchObject({ active: true, client_id: 'gone' })
  await rp.operate(app, 'openid/client-remove', { id: 'gone' })
  expect(await told(token)).toEqual(inactive)
  await rp.register(app, { id: 'gone' })
  expect(await told(token)).toEqual(inactive)
})

test('and of those for a resource that was removed, also where it is registered anew', async () => {
  const address = 'https://old.example.com'
  const add = () => rp.operate(app, 'openid/resource-add', { address, scopes: ['tools'] })
  await add()
  const itself = await registered(address)
  const { access_token: token } = await granted(client, address)
  for (const by of [client, itself]) expect(await told(token, by)).toMatchObject({ active: true })
  await rp.operate(app, 'openid/resource-remove', { address })
  for (const by of [client, itself]) expect(await told(token, by)).toEqual(inactive)
  await add()
  for (const by of [client, itself]) expect(await told(token, by)).toEqual(inactive)
})

test('and of no scope that the resource has no more', async () => {
  const address = 'https://less.example.com'
  const add = (...scopes: string[]) => rp.operate(app, 'openid/resource-add', { address, scopes })
  await add('tools', 'more')
  const itself = await registered(address)
  const { access_token: token } = await granted(client, address, 'openid tools more')
  expect(await told(token, itself)).toMatchObject({ scope: 'tools more' })
  await add('tools')
  for (const by of [client, itself]) {
    expect(await told(token, by)).toMatchObject({ active: true, scope: 'tools' })
  }
  await add('else')
  for (const by of [client, itself]) expect(await told(token, by)).toEqual(inactive)
})

test('one whose key is published no more is not known', async () => {
  const { access_token: token } = await granted()
  await rp.operate(app, 'openid/rotate-keys', { atOnce: true })
  expect(await told(token)).toEqual(inactive)
})
