import * as oidc from 'openid-client'
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest'
import { DEVICE_CODE } from '../../lab/clients/headless_openid.ts'
import { type AppInProcess, startApp } from '../../lab/world/app/app.ts'
import { ask } from '../shared/ask.ts'
import { FORM, form } from '../shared/mistakes.ts'
import * as rp from '../shared/people/relying_party.ts'
import { Visitor } from '../shared/people/visitor.ts'
import { assertions } from './assertions.ts'

/** Clients that publish a document at their id (draft-ietf-oauth-client-id-metadata-document). */
const ID = 'https://tool.vestibule.internal/client.json'
const TOOLS = 'https://mcp.example.com'
let app: AppInProcess
let did: string
let visitor: Visitor
/** What is published, by address. */
const published = new Map<string, (request: Request) => Response | Promise<Response>>()
let fetched: string[] = []

const DOCUMENT = {
  client_id: ID,
  client_name: 'Bank of Alice',
  logo_uri: 'https://bank.example.com/logo.png',
  redirect_uris: ['https://rp.example.com/callback'],
  grant_types: ['authorization_code', 'refresh_token'],
  token_endpoint_auth_method: 'none',
}
/** What a client may say of itself (RFC 7591 section 2, OpenID Connect Dynamic Client Registration 1.0 section 2). */
const MEMBERS = [
  ...['redirect_uris', 'response_types', 'grant_types', 'application_type', 'contacts'],
  ...['client_name', 'logo_uri', 'client_uri', 'policy_uri', 'tos_uri', 'jwks_uri', 'jwks'],
  ...['sector_identifier_uri', 'subject_type', 'id_token_signed_response_alg', 'scope'],
  ...['id_token_encrypted_response_alg', 'userinfo_signed_response_alg', 'software_id'],
  ...['request_object_signing_alg', 'token_endpoint_auth_method', 'default_max_age'],
  ...['token_endpoint_auth_signing_alg', 'require_auth_time', 'default_acr_values'],
  ...['initiate_login_uri', 'request_uris', 'post_logout_redirect_uris', 'software_version'],
  ...['backchannel_logout_uri', 'backchannel_logout_session_required', 'software_statement'],
  ...['dpop_bound_access_tokens', 'client_secret', 'client_secret_expires_at'],
]
const publish = (id: string, change: object = {}) =>
  published.set(id, () => Response.json({ ...DOCUMENT, client_id: id, ...change }))

beforeAll(async () => {
  vi.stubGlobal('fetch', async (input: RequestInfo | URL) => {
    const request = input as Request
    const { url } = request
    if (url.startsWith('https:')) fetched.push(url)
    return published.get(url)?.(request) ?? new Response(null, { status: 404 })
  })
  app = await startApp()
  did = await app.addAccount({
    ...{ handle: 'alice.test', email: 'alice@mail.internal', password: rp.PASSWORD },
  })
})
beforeEach(() => {
  visitor = new Visitor(app)
  fetched = []
})
afterAll(async () => {
  vi.unstubAllGlobals()
  await app?.close()
})

const discover = (id = ID) => rp.discover(app, null, id)

test('without a client or a resource of the operator there is nothing, also for these', async () => {
  const query = new URLSearchParams({ client_id: ID, response_type: 'code' })
  expect(await app.ask({ target: `/openid/authorize?${query}` })).toMatchObject({ status: 404 })
  expect(fetched).toEqual([])
  await rp.operate(app, 'openid/resource-add', { address: TOOLS, scopes: ['tools:read'] })
  expect((await discover()).serverMetadata()).toMatchObject({
    client_id_metadata_document_supported: true,
  })
})

test('a document that was good before has a software_id that is no string, and is good still', async () => {
  const id = 'https://numbered.vestibule.internal/client.json'
  publish(id, { software_id: 7 })
  const begun = await rp.begin(await discover(id))
  const answer = await rp.allow(visitor, await rp.signIn(visitor, await rp.open(visitor, begun)))
  expect(answer.header('location')).toContain('code=')
})

test('a person sees by its host who asks, and signs in', async () => {
  publish(ID)
  const client = await discover()
  const begun = await rp.begin(client)
  const page = await rp.signIn(visitor, await rp.open(visitor, begun))
  expect(page.title).toBe('Sign in to tool.vestibule.internal')
  expect(page.notice).toBe(
    'It calls itself “Bank of Alice”. localhost does not know who is behind it.',
  )
  expect(page.text).toContain('You go on to rp.example.com.')
  expect(page.text).not.toContain('logo.png')
  const tokens = await rp.exchange(client, begun, await rp.allow(visitor, page))
  expect(tokens.claims()).toMatchObject({ sub: did, aud: ID })
  const next = await oidc.refreshTokenGrant(client, tokens.refresh_token ?? '')
  await oidc.fetchUserInfo(client, next.access_token, did)
  // It is fetched once for a while.
  expect(fetched).toEqual([ID])
})

test('a program on the device may listen at any port, and is asked for each time', async () => {
  const id = 'https://cli.vestibule.internal/client.json'
  publish(id, { redirect_uris: ['http://127.0.0.1/callback', 'http://localhost/callback'] })
  const client = await discover(id)
  for (const uri of ['http://127.0.0.1:4711/callback', 'http://localhost:4712/callback']) {
    const begun = await rp.begin(client, { redirect_uri: uri })
    const opened = await rp.open(visitor, begun)
    const isKnown = !opened.text.includes('id="password"')
    const page = isKnown ? opened : await rp.signIn(visitor, opened)
    expect(page.title).toBe('Sign in to cli.vestibule.internal')
    const { status, header } = await visitor.send(page, { decision: 'allow' })
    expect(status).toBe(303)
    const { pathname } = new URL(header('location') ?? '', app.runner.settings.publicUrl)
    const back = await rp.follow(visitor, await visitor.open(pathname))
    expect(back.header('location')).toMatch(new RegExp(`^${uri.replaceAll('.', '\\.')}\\?code=`))
  }
})

describe('an agent is taken as it publishes itself,', () => {
  const elsewhere = 'urn:ietf:params:oauth:grant-type:jwt-bearer'
  const [web, local] = ['https://agent.vestibule.internal/callback', 'http://127.0.0.1/callback']
  const agents: Record<string, object> = {
    'with no more than the protocol asks for': { redirect_uris: [web] },
    'with a grant that there is not here': {
      ...{ redirect_uris: [web], response_types: ['code'], token_endpoint_auth_method: 'none' },
      grant_types: ['authorization_code', 'refresh_token', elsewhere],
    },
    'on a website and on a device': {
      ...{ redirect_uris: [web, local], application_type: 'native' },
      ...{ grant_types: ['authorization_code', 'refresh_token', DEVICE_CODE] },
      ...{ token_endpoint_auth_method: 'none', response_types: ['code'] },
    },
  }
  test.each(Object.entries(agents))('%s', async (name, metadata) => {
    const id = `https://agent.vestibule.internal/${Object.keys(agents).indexOf(name)}.json`
    published.set(id, () => Response.json({ client_id: id, client_name: 'An agent', ...metadata }))
    const client = await discover(id)
    const begun = await rp.begin(client, {
      ...{ redirect_uri: web, resource: TOOLS, scope: 'openid tools:read' },
    })
    const page = await rp.signIn(visitor, await rp.open(visitor, begun))
    const tokens = await rp.exchange(client, begun, await rp.allow(visitor, page))
    expect(tokens).toMatchObject({ scope: 'tools:read' })
  })
})

test.each([
  ['null', null],
  ['empty', ''],
])('a member that is %s is as one that is left out', async (name, value) => {
  const id = `https://${name}.vestibule.internal/client.json`
  const all = MEMBERS
  const empty = Object.fromEntries(all.map((member) => [member, value]))
  const { client_name, redirect_uris, token_endpoint_auth_method } = DOCUMENT
  publish(id, { ...empty, client_id: id, client_name, redirect_uris, token_endpoint_auth_method })
  const client = await discover(id)
  const begun = await rp.begin(client)
  const page = await rp.signIn(visitor, await rp.open(visitor, begun))
  const tokens = await rp.exchange(client, begun, await rp.allow(visitor, page))
  expect(tokens.claims()).toMatchObject({ sub: did, aud: id })
})

describe('a document is refused, and nobody is sent anywhere', () => {
  const id = (name: string) => `https://${name}.vestibule.internal/client.json`
  const documents: Record<string, () => Response> = {
    other: () => Response.json(DOCUMENT),
    secret: () => Response.json({ ...DOCUMENT, client_id: id('secret'), client_secret: 'x' }),
    shared: () =>
      Response.json({
        ...{ ...DOCUMENT, client_id: id('shared') },
        token_endpoint_auth_method: 'client_secret_basic',
      }),
    moved: () => new Response(null, { status: 302, headers: { location: ID } }),
    long: () => Response.json({ ...DOCUMENT, client_id: id('long'), x: 'x'.repeat(10_000) }),
    page: () => new Response('<html>', { headers: { 'content-type': 'text/html' } }),
    plain: () =>
      Response.json({
        ...{ ...DOCUMENT, client_id: id('plain') },
        redirect_uris: ['http://rp.example.com/callback'],
      }),
    pairwise: () =>
      Response.json({
        ...{ ...DOCUMENT, client_id: id('pairwise'), subject_type: 'pairwise' },
        redirect_uris: ['no address'],
      }),
  }
  test.each(Object.entries(documents))('%s', async (name, answer) => {
    published.set(id(name), answer)
    const query = new URLSearchParams({
      ...{ client_id: id(name), response_type: 'code', scope: 'openid', state: 'state' },
      ...{ redirect_uri: 'https://rp.example.com/callback', code_challenge_method: 'S256' },
      code_challenge: 'x'.repeat(43),
    })
    const page = await visitor.open(`/openid/authorize?${query}`)
    expect(page).toMatchObject({ status: 400, action: undefined })
    expect(page.header('location')).toBeUndefined()
    expect(page.text).toMatch(/invalid_(client|redirect_uri)/)
    expect(new Set(fetched)).toEqual(new Set([id(name)]))
  })

  test.each([
    'https://a.vestibule.internal/../x',
    'https://u@a.vestibule.internal/x',
    'https://a.vestibule.internal/#x',
  ])('%s is no id, and not looked at', async (clientId) => {
    const query = new URLSearchParams({ client_id: clientId, response_type: 'code' })
    expect(await visitor.open(`/openid/authorize?${query}`)).toMatchObject({ status: 400 })
    expect(fetched).toEqual([])
  })
})

test('one whose document is gone meanwhile is not signed in to', async () => {
  const id = 'https://gone.vestibule.internal/client.json'
  published.set(id, () =>
    Response.json({ ...DOCUMENT, client_id: id }, { headers: { 'cache-control': 'no-store' } }),
  )
  const begun = await rp.begin(await discover(id))
  vi.useFakeTimers({ toFake: ['Date'] })
  try {
    const page = await rp.open(visitor, begun)
    published.delete(id)
    vi.setSystemTime(Date.now() + 5 * 60_000)
    const after = await visitor.send(page, { username: 'alice.test', password: rp.PASSWORD })
    expect(await rp.follow(visitor, after)).toMatchObject({ status: 400, action: undefined })
  } finally {
    vi.useRealTimers()
  }
})

test('who signs out waits for none of the clients that they used', async () => {
  const ids = ['one', 'two'].map((name) => `https://used-${name}.vestibule.internal/client.json`)
  for (const id of ids) {
    publish(id)
    const begun = await rp.begin(await discover(id))
    const opened = await rp.open(visitor, begun)
    const isKnown = !opened.text.includes('id="password"')
    await rp.allow(visitor, isKnown ? opened : await rp.signIn(visitor, opened))
  }
  const { promise, resolve, reject } = Promise.withResolvers<Response>()
  let givenUp = 0
  const unanswered = ({ signal }: Request) => {
    signal.addEventListener('abort', () => {
      givenUp++
      reject(signal.reason)
    })
    return promise
  }
  for (const id of ids) published.set(id, unanswered)
  vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 11 * 60_000 })
  try {
    const question = await visitor.open('/openid/end-session')
    expect(await visitor.send(question, { logout: 'yes' })).toMatchObject({ status: 303 })
    expect(givenUp).toBe(0)
  } finally {
    vi.useRealTimers()
    resolve(new Response(null, { status: 404 }))
  }
})

describe('a client that cannot be looked at for now keeps what it was given', () => {
  const keys = 'https://keys.vestibule.internal/jwks.json'
  const failing = (code: string) => () => {
    throw new TypeError('fetch failed', { cause: Object.assign(new Error(code), { code }) })
  }
  const outages: Record<string, () => Response> = {
    'does not answer': failing('ECONNREFUSED'),
    'is not found for now': failing('EAI_AGAIN'),
    'answers that it is away': () => new Response(null, { status: 502 }),
    'asks for a pause': () => new Response(null, { status: 429 }),
  }
  let api: oidc.Configuration
  beforeAll(async () => {
    const metadata = {
      ...{ redirect_uris: undefined, post_logout_redirect_uris: undefined },
      ...{ grant_types: [], response_types: [] },
    }
    api = await rp.discover(app, await rp.register(app, { id: TOOLS, metadata }), TOOLS)
  })
  const refreshOf = (fields: Record<string, string>) => ({
    ...{ method: 'POST', target: '/openid/token', headers: FORM },
    body: form({ grant_type: 'refresh_token', ...fields }),
  })
  const refreshing = (fields: Record<string, string>) => ask(app, refreshOf(fields))
  const away = {
    ...{ status: 503, headers: { 'retry-after': '2' } },
    body: { error: 'temporarily_unavailable' },
  }

  test.each(Object.entries(outages))('where its host %s', async (name, outage) => {
    const id = `https://${name.replaceAll(' ', '-')}.vestibule.internal/client.json`
    publish(id)
    const client = await discover(id)
    const begun = await rp.begin(client, { resource: TOOLS, scope: 'openid tools:read' })
    const page = await rp.signIn(visitor, await rp.open(visitor, begun))
    const tokens = await rp.exchange(client, begun, await rp.allow(visitor, page))
    const refresh = { client_id: id, refresh_token: tokens.refresh_token ?? '' }
    const told = () => oidc.tokenIntrospection(api, tokens.access_token)
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 11 * 60_000 })
    try {
      expect(await told()).toMatchObject({ active: true })
      const again = await rp.begin(client, { scope: 'openid', prompt: 'consent' })
      const asked = await rp.open(visitor, again)
      published.set(id, outage)
      vi.setSystemTime(Date.now() + 2 * 60_000)
      expect(await refreshing(refresh)).toMatchObject(away)
      // Whoever has the token can name a client that is not there.
      expect(await app.ask(refreshOf(refresh))).not.toHaveProperty('isInVain')
      await expect(told()).rejects.toMatchObject({ cause: { status: away.status } })
      const link = new URLSearchParams({ client_id: id, response_type: 'code', scope: 'openid' })
      const page = await app.ask({ target: `/openid/authorize?${link}` })
      const headers = expect.arrayContaining([['retry-after', '2']])
      expect(page).toMatchObject({ status: away.status, headers })
      const sent = await visitor.send(asked, { decision: 'allow' })
      expect(sent).toMatchObject({ status: away.status })
      for (const gone of [() => new Response(null, { status: 404 }), failing('ENOTFOUND')]) {
        published.set(id, gone)
        expect(await refreshing(refresh)).toMatchObject({
          ...{ status: 401, body: { error: 'invalid_client' } },
        })
      }
      publish(id)
      expect(await refreshing(refresh)).toMatchObject({ status: 200 })
    } finally {
      vi.useRealTimers()
    }

    const signer = id.replace('client', 'signer')
    publish(signer, { token_endpoint_auth_method: 'private_key_jwt', jwks_uri: keys })
    published.set(keys, outage)
    const { form: signed } = await assertions(signer)
    expect(await refreshing({ refresh_token: 'none', ...(await signed({})) })).toMatchObject(away)
  })
})
