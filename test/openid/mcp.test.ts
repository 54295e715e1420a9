import {
  type OAuthClientProvider,
  UnauthorizedError,
} from '@modelcontextprotocol/sdk/client/auth.js'
import { Client } from '@modelcontextprotocol/sdk/client/index.js'
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js'
import type { OAuthTokens } from '@modelcontextprotocol/sdk/shared/auth.js'
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest'
import { MCP_SCOPE, type RunningMcpServer, startMcpServer } from '../../lab/clients/mcp_server.ts'
import { type AppInProcess, startApp } from '../../lab/world/app/app.ts'
import * as rp from '../shared/people/relying_party.ts'
import { Visitor } from '../shared/people/visitor.ts'

/** What the Model Context Protocol asks of an authorization server (its text of 2026-07-28). */
let app: AppInProcess
let did: string
let mcp: RunningMcpServer
let visitor: Visitor
let issuer: string

/** What an agent says of itself. */
const about = {
  ...{ client_name: 'Agent', application_type: 'native', token_endpoint_auth_method: 'none' },
  grant_types: ['authorization_code', 'refresh_token'],
  scope: `openid offline_access ${MCP_SCOPE}`,
  redirect_uris: ['127.0.0.1', '[::1]', 'localhost'].map((host) => `http://${host}/callback`),
}

/** Where an agent publishes what it is (a client id metadata document). */
const DOCUMENT = 'https://agent.vestibule.internal/client.json'

beforeAll(async () => {
  const real = fetch
  vi.stubGlobal('fetch', (input: Request | string | URL, init?: RequestInit) =>
    (input as Request).url === DOCUMENT ? published() : real(input, init),
  )
  app = await startApp({ env: { ENTRYWAY_OPENID_REGISTRATION: 'open' } })
  did = await app.addAccount({
    ...{ handle: 'alice.test', email: 'alice@mail.internal', password: rp.PASSWORD },
  })
  issuer = `${app.runner.settings.publicUrl}/openid`
  mcp = await startMcpServer(issuer, async () => JSON.parse(await read('/openid/jwks')))
  await rp.operate(app, 'openid/resource-add', {
    ...{ address: mcp.url, name: 'Tools', scopes: [MCP_SCOPE] },
  })
  const metadata = {
    ...about,
    post_logout_redirect_uris: undefined,
  }
  await rp.register(app, { id: 'agent', metadata })
})
beforeEach(() => {
  visitor = new Visitor(app)
})
afterAll(async () => {
  vi.unstubAllGlobals()
  await Promise.all([mcp?.close(), app?.close()])
})

const published = async () => Response.json({ ...about, client_id: DOCUMENT })

async function read(target: string): Promise<string> {
  const answer = await app.ask({ target })
  if (!('status' in answer) || answer.status !== 200) throw new Error(`nothing at ${target}`)
  return Buffer.from(answer.body ?? '').toString()
}

/** How the authorization server comes to know an agent. */
type Way = 'registered' | 'known by its document' | 'registered by itself'

/** What an agent keeps of one authorization server. */
class Kept implements OAuthClientProvider {
  readonly redirectUrl: string
  readonly clientMetadataUrl?: string
  sentTo: URL | undefined
  #tokens: OAuthTokens | undefined
  #known: { client_id: string } | undefined
  #verifier = ''

  constructor(redirectUrl: string, way: Way) {
    this.redirectUrl = redirectUrl
    if (way === 'known by its document') this.clientMetadataUrl = DOCUMENT
    if (way === 'registered') this.#known = { client_id: 'agent' }
  }
  get clientMetadata() {
    const { client_name, grant_types } = about
    return { client_name, grant_types, redirect_uris: [this.redirectUrl] }
  }
  state = () => 'a state'
  clientInformation = () => this.#known
  saveClientInformation(known: { client_id: string }) {
    this.#known = known
  }
  tokens = () => this.#tokens
  saveTokens(tokens: OAuthTokens) {
    this.#tokens = tokens
  }
  redirectToAuthorization(url: URL) {
    this.sentTo = url
  }
  saveCodeVerifier(verifier: string) {
    this.#verifier = verifier
  }
  codeVerifier = () => this.#verifier
}

const toServer = (authProvider: OAuthClientProvider) =>
  new StreamableHTTPClientTransport(new URL(mcp.url), {
    authProvider,
    fetch: (url, init) =>
      String(url).startsWith(mcp.url.replace('/mcp', ''))
        ? fetch(url, init)
        : rp.fetchFrom(app)(String(url), init as never),
  })

const ask = async (agent: Client) =>
  (await agent.callTool({ name: 'whoami', arguments: {} })).content

describe.each<[string, Way, string]>([
  ['127.0.0.1', 'registered', 'Agent'],
  ['[::1]', 'registered', 'Agent'],
  ['localhost', 'registered', 'Agent'],
  ['127.0.0.1', 'known by its document', 'agent.vestibule.internal'],
  ['localhost', 'registered by itself', 'Agent'],
])('an agent that listens on %s and is %s', (host, way, name) => {
  test('signs a person in, calls a tool in their name, and goes on with a refresh', async () => {
    const kept = new Kept(`http://${host}:43117/callback`, way)
    const info = { name: 'agent', version: '1.0.0' }
    const first = toServer(kept)
    await expect(new Client(info).connect(first)).rejects.toThrow(UnauthorizedError)
    const begun = kept.sentTo as URL
    expect(begun.searchParams.get('resource')).toBe(mcp.url)
    const page = await rp.open(visitor, { url: begun })
    const asked = await rp.signIn(visitor, page)
    expect(asked.text).toContain('It may use Tools (127.0.0.1')
    expect(asked.text).toContain(`${name} runs on your device`)
    const back = new URL((await rp.allow(visitor, asked)).header('location') ?? '')
    expect(back.origin + back.pathname).toBe(kept.redirectUrl)
    // RFC 9207.
    expect(back.searchParams.get('iss')).toBe(issuer)
    await first.finishAuth(back.searchParams.get('code') ?? '')
    const agent = new Client(info)
    await agent.connect(toServer(kept))
    expect(await ask(agent)).toEqual([{ type: 'text', text: did }])
    await agent.close()

    const before = kept.tokens() as OAuthTokens
    kept.saveTokens({ ...before, access_token: 'expired' })
    const later = new Client(info)
    await later.connect(toServer(kept))
    expect(await ask(later)).toEqual([{ type: 'text', text: did }])
    expect(kept.tokens()?.refresh_token).not.toBe(before.refresh_token)
    await later.close()
  })
})

test('the metadata says what an agent looks for, at each address', async () => {
  for (const target of [
    '/.well-known/oauth-authorization-server/openid',
    '/.well-known/openid-configuration/openid',
    '/openid/.well-known/openid-configuration',
  ]) {
    const metadata = JSON.parse(await read(target))
    expect(metadata).toMatchObject({
      issuer,
      code_challenge_methods_supported: ['S256'],
      authorization_response_iss_parameter_supported: true,
      grant_types_supported: expect.arrayContaining(['authorization_code', 'refresh_token']),
      response_types_supported: ['code'],
      client_id_metadata_document_supported: true,
    })
    expect(metadata.token_endpoint_auth_methods_supported).toContain('none')
  }
})

test('a client elsewhere is told to be where it goes, and nothing of this device', async () => {
  const config = await rp.discover(app, await rp.register(app))
  const asked = await rp.signIn(visitor, await rp.open(visitor, await rp.begin(config)))
  expect(asked.text).toContain('You go on to rp.example.com.')
  expect(asked.text).not.toContain('runs on your device')
})

test.each([
  'http://127.0.0.1:43117/other',
  'https://127.0.0.1:43117/callback',
  'http://127.0.0.2:43117/callback',
  'http://localhost.example.com:43117/callback',
  'http://127.0.0.1:43117@evil.example.com/callback',
])('%s is no loopback redirect of the agent', async (uri) => {
  const config = await rp.discover(app, null, 'agent')
  const page = await rp.open(visitor, await rp.begin(config, { redirect_uri: uri }))
  expect(page).toMatchObject({ status: 400 })
  expect(page.text).toContain('invalid_redirect_uri')
})
