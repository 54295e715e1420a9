import { createLocalJWKSet, exportJWK, jwtVerify } from 'jose'
import * as oidc from 'openid-client'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { tokens as counted } from '../../base/watching/metrics.ts'
import { type AppInProcess, startApp } from '../../lab/world/app/app.ts'
import * as rp from '../shared/people/relying_party.ts'
import { Visitor } from '../shared/people/visitor.ts'

/** Tokens for protected resources (RFC 8707, RFC 9068). */
let app: AppInProcess
let did: string
let config: oidc.Configuration
let visitor: Visitor

const TOOLS = 'https://mcp.example.com'
const OTHER = 'https://other.example.com/api'
const SCOPES = ['tools:read', 'tools:write']

beforeAll(async () => {
  app = await startApp()
  did = await app.addAccount({
    ...{ handle: 'alice.test', email: 'alice@mail.internal', password: rp.PASSWORD },
  })
  config = await rp.discover(app, await rp.register(app))
})
beforeEach(async () => {
  visitor = new Visitor(app)
  await rp.operate(app, 'openid/resource-add', { address: TOOLS, name: 'Tools', scopes: SCOPES })
})
afterAll(() => app?.close())

/** Signs in for a resource, and consents where that is asked for. */
async function grantedFor(resource: string, more: Record<string, string> = {}) {
  const begun = await rp.begin(config, { resource, scope: 'openid tools:read', ...more })
  const asked = await rp.signIn(visitor, await rp.open(visitor, begun))
  const isConsent = asked.action?.startsWith('/account/openid/')
  return { begun, asked, answer: isConsent ? await rp.allow(visitor, asked) : asked }
}

/** As a resource verifies a token: by the published keys alone. */
async function verify(token: string, audience = TOOLS) {
  const answer = await app.ask({ target: '/openid/jwks' })
  if (!('status' in answer)) throw new Error('no answer')
  const keys = createLocalJWKSet(JSON.parse(Buffer.from(answer.body ?? '').toString()))
  const issuer = `${app.runner.settings.publicUrl}/openid`
  return jwtVerify(token, keys, { issuer, audience, typ: 'at+jwt' })
}

/** How many answers with an access token were counted. */
async function countIssued(): Promise<number> {
  const { values } = await counted.get()
  const of = values.find(({ labels }) => labels.profile === 'openid' && labels.act === 'issued')
  return of?.value ?? 0
}

const invalidTarget = { error: 'invalid_target' }

test('a client gets a token for a resource, and refreshes it', async () => {
  const before = await countIssued()
  const { begun, asked, answer } = await grantedFor(TOOLS)
  expect(asked.text).toContain('It may use Tools (mcp.example.com) in your name:')
  expect(asked.text).toContain('<code>tools:read</code>')
  expect(asked.text).not.toContain('tools:write')
  const tokens = await rp.exchange(config, begun, answer)
  const { payload, protectedHeader } = await verify(tokens.access_token)
  expect(protectedHeader.alg).toBe('RS256')
  // RFC 9068 section 2.2.
  expect(payload).toMatchObject({ sub: did, client_id: 'forum', scope: 'tools:read' })
  expect(payload.jti).toMatch(/^[\w.~-]+$/)
  expect((payload.exp ?? 0) - (payload.iat ?? 0)).toBe(15 * 60)
  expect(tokens.claims()?.sub).toBe(did)

  const next = await oidc.refreshTokenGrant(config, tokens.refresh_token ?? '')
  const again = await verify(next.access_token)
  expect(again.payload).toMatchObject({ aud: TOOLS, scope: 'tools:read' })
  const named = await oidc.refreshTokenGrant(config, next.refresh_token ?? '', { resource: TOOLS })
  await verify(named.access_token)
  expect(await countIssued()).toBe(before + 3)
})

test('the address may end as URL writes it, and the audience is as it was registered', async () => {
  const { begun, answer } = await grantedFor(`${TOOLS}/`)
  const tokens = await rp.exchange(config, begun, answer)
  expect((await verify(tokens.access_token)).payload.aud).toBe(TOOLS)
})

const SPELLINGS = [TOOLS, `${TOOLS}/`, 'HTTPS://MCP.example.com:443', `${TOOLS}/a/..`]

test.each(['link', 'request object'])(
  'an address is one however it is written, in a %s',
  async (by) => {
    const { publicKey, privateKey } = await oidc.randomDPoPKeyPair()
    const jwk = { ...(await exportJWK(publicKey)), kid: 'k', alg: 'ES256', use: 'sig' }
    const metadata = { token_endpoint_auth_method: 'none', jwks: { keys: [jwk] } }
    const id = `speller-${by.length}`
    await rp.register(app, { id, metadata })
    const speller = await rp.discover(app, null, id)
    let signsIn = true
    for (const [i, resource] of SPELLINGS.entries()) {
      const begun = await rp.begin(speller, { resource, scope: 'openid tools:read' })
      if (i === 0) begun.url.searchParams.append('resource', `${TOOLS}/`)
      const key = { key: privateKey, kid: 'k' }
      const url =
        by === 'link'
          ? begun.url
          : await oidc.buildAuthorizationUrlWithJAR(speller, begun.url.searchParams, key)
      const first = await rp.open(visitor, { url })
      const page = signsIn ? await rp.signIn(visitor, first) : first
      // The person is asked once.
      const answer = signsIn ? await rp.allow(visitor, page) : page
      signsIn = false
      const { verifier: pkceCodeVerifier, state: expectedState, nonce: expectedNonce } = begun
      const checks = { pkceCodeVerifier, expectedState, expectedNonce }
      const named = (n: number) => ({ resource: SPELLINGS[(i + n) % SPELLINGS.length] ?? '' })
      const back = new URL(answer.header('location') ?? '')
      const tokens = await oidc.authorizationCodeGrant(speller, back, checks, named(1))
      const next = await oidc.refreshTokenGrant(speller, tokens.refresh_token ?? '', named(2))
      for (const token of [tokens.access_token, next.access_token]) {
        expect((await verify(token)).payload).toMatchObject({ aud: TOOLS, scope: 'tools:read' })
      }
    }
  },
)

test('a client that names no scope gets those of the resource', async () => {
  const { begun } = await grantedFor(TOOLS)
  for (const name of ['scope', 'nonce']) begun.url.searchParams.delete(name)
  const asked = await rp.open(visitor, begun)
  const isConsent = asked.action?.startsWith('/account/openid/')
  const answer = isConsent ? await rp.allow(visitor, asked) : asked
  const tokens = await oidc.authorizationCodeGrant(
    config,
    new URL(answer.header('location') ?? ''),
    { pkceCodeVerifier: begun.verifier, expectedState: begun.state },
  )
  expect((await verify(tokens.access_token)).payload.scope).toBe('tools:read tools:write')
})

test('a token has no scope that the resource does not have, nor one of another resource', async () => {
  await rp.operate(app, 'openid/resource-add', {
    ...{ address: OTHER, scopes: ['other'], alg: 'ES256' },
  })
  const scope = 'openid profile tools:read other made-up'
  const { begun, answer } = await grantedFor(OTHER, { scope })
  const tokens = await rp.exchange(config, begun, answer)
  const { payload, protectedHeader } = await verify(tokens.access_token, OTHER)
  expect(payload.scope).toBe('other')
  expect(protectedHeader.alg).toBe('ES256')
  const { refresh_token: refresh = '' } = tokens
  // It was not asked for at first.
  await expect(oidc.refreshTokenGrant(config, refresh, { resource: TOOLS })).rejects.toMatchObject(
    invalidTarget,
  )
})

test('nothing is given for a resource that is not registered', async () => {
  const begun = await rp.begin(config, { resource: 'https://mcp.example.com.evil.example.com' })
  const answer = await rp.open(visitor, begun)
  expect(answer.header('location')).toContain('error=invalid_target')
})

test('who asks for one by another address is told which one that was', async () => {
  const told = async (resource: string) => {
    const answer = await rp.open(visitor, await rp.begin(config, { resource }))
    return new URL(answer.header('location') ?? '').searchParams.get('error_description')
  }
  const said = 'No such protected resource is registered: '
  expect(await told(`${TOOLS}/mcp/`)).toBe(`${said}${TOOLS}/mcp/`)
  expect(await told('x-tool:a"b\\c')).toBe(`${said}x-tool:abc`)
  expect(await told(`${TOOLS}/${'x'.repeat(400)}`)).toHaveLength(said.length + 200)
})

test('who asks for a resource and for none of its scopes is told before anybody signs in', async () => {
  for (const scope of ['openid profile', 'openid offline_access', 'made-up']) {
    const begun = await rp.begin(config, { resource: TOOLS, scope, prompt: 'consent' })
    begun.url.searchParams.delete('nonce')
    const { header } = await rp.open(visitor, begun)
    const told = new URL(header('location') ?? '').searchParams
    expect([told.get('error'), told.get('error_description')]).toEqual([
      'invalid_scope',
      'scope has to name one of the resource that is asked for',
    ])
  }
})

test('what was given for a resource ends with it, and is not that of the next one', async () => {
  const { begun, answer } = await grantedFor(TOOLS)
  const tokens = await rp.exchange(config, begun, answer)
  await rp.operate(app, 'openid/resource-remove', { address: TOOLS })
  const refresh = () => oidc.refreshTokenGrant(config, tokens.refresh_token ?? '')
  await expect(refresh()).rejects.toMatchObject(invalidTarget)
  await rp.operate(app, 'openid/resource-add', { address: TOOLS, scopes: SCOPES })
  await expect(refresh()).rejects.toMatchObject(invalidTarget)
  // The person is asked again.
  const again = await rp.open(
    visitor,
    await rp.begin(config, { resource: TOOLS, scope: 'openid tools:read' }),
  )
  expect(again.text).toContain('It may use mcp.example.com in your name:')
  // Also by what was consented to in a session that is gone.
  visitor = new Visitor(app)
  const { asked } = await grantedFor(TOOLS)
  expect(asked.text).toContain('It may use mcp.example.com in your name:')
})

test('one that is changed gives what it still has', async () => {
  const { begun, answer } = await grantedFor(TOOLS, { scope: `openid ${SCOPES.join(' ')}` })
  const tokens = await rp.exchange(config, begun, answer)
  await rp.operate(app, 'openid/resource-add', { address: TOOLS, scopes: ['tools:write'] })
  const next = await oidc.refreshTokenGrant(config, tokens.refresh_token ?? '')
  expect((await verify(next.access_token)).payload.scope).toBe('tools:write')
  await rp.operate(app, 'openid/resource-add', { address: TOOLS, scopes: ['tools:else'] })
  const refused = oidc.refreshTokenGrant(config, next.refresh_token ?? '')
  await expect(refused).rejects.toMatchObject(invalidTarget)
})

test('no token for a resource is without a scope, which an API could take for all', async () => {
  const { begun, answer } = await grantedFor(TOOLS)
  const { refresh_token: refresh = '' } = await rp.exchange(config, begun, answer)
  const narrowed = oidc.refreshTokenGrant(config, refresh, { scope: 'openid' })
  await expect(narrowed).rejects.toMatchObject({ error: 'invalid_scope' })
  // What they allowed before is not what this client asked for now.
  await rp.operate(app, 'openid/resource-add', { address: TOOLS, scopes: ['tools:write'] })
  await expect(oidc.refreshTokenGrant(config, refresh)).rejects.toMatchObject(invalidTarget)
  await rp.operate(app, 'openid/resource-add', { address: TOOLS, scopes: SCOPES })
  const next = await oidc.refreshTokenGrant(config, refresh, { scope: 'tools:read' })
  expect((await verify(next.access_token)).payload.scope).toBe('tools:read')
})

test.each([
  ['this service', 'http://localhost:2600/', ['read']],
  ['a DID', 'did:web:pds.test', ['read']],
  ['a fragment', 'https://mcp.example.com/#x', ['read']],
  ['no address', 'mcp', ['read']],
  ['a scope of a person', TOOLS, ['email']],
  ['a scope of atproto', TOOLS, ['atproto']],
])('%s is no protected resource', async (_, address, scopes) => {
  await expect(rp.operate(app, 'openid/resource-add', { address, scopes })).rejects.toThrow(
    'Not a protected resource',
  )
})

test('a PDS is no protected resource', async () => {
  const [pds] = await app.actors.directory.listPdses()
  const registered = rp.operate(app, 'openid/resource-add', {
    ...{ address: `${pds?.url}/xrpc`, scopes: ['read'] },
  })
  await expect(registered).rejects.toThrow('Not a protected resource')
})

test('the operator sees what is registered', async () => {
  const { resources } = await rp.operate(app, 'openid/resource-list', {})
  const [tools] = resources
  expect(tools).toMatchObject({ address: TOOLS, name: 'Tools', scopes: SCOPES, alg: 'RS256' })
  expect(await rp.operate(app, 'openid/resource-show', { address: `${TOOLS}/` })).toEqual(tools)
  const address = 'https://nothing.example.com'
  for (const name of ['show', 'remove']) {
    await expect(rp.operate(app, `openid/resource-${name}`, { address })).rejects.toThrow(
      'No protected resource',
    )
  }
})
