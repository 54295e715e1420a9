import { readFileSync } from 'node:fs'
import { AtpAgent } from '@atproto/api'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { headlessLogin } from '../../lab/clients/headless_login.ts'
import { newCredentials } from '../../lab/clients/headless_sign_in.ts'
import { newPost } from '../../lab/clients/new_post.ts'
import { discoverApp, loopbackClientId } from '../../lab/clients/oauth_app.ts'
import { type Network, startNetwork } from '../../lab/world/network.ts'
import { methodRoutes } from '../../xrpc/routes.ts'

/** Entryway and PDS have one name and one DID: whose a token is, is not told by its audience. */
let network: Network
let did: string
const person = newCredentials('tok')
const redirectUri = 'http://127.0.0.1/callback'
const scope = 'atproto transition:generic'

const TOKENS = [
  'access JWT',
  'access JWT of an app password',
  'refresh JWT',
  'service JWT to upload blobs',
  'service JWT without a method',
  'OAuth access token',
  'OAuth refresh token',
] as const
type Token = (typeof TOKENS)[number]
let tokens: Record<Token, string>

beforeAll(async () => {
  network = await startNetwork({ oneName: true })
  const agent = new AtpAgent({ service: network.url })
  await agent.createAccount(person)
  did = agent.assertDid
  const { data: appPassword } = await agent.com.atproto.server.createAppPassword({ name: 'app' })
  const app = new AtpAgent({ service: network.url })
  await app.login({ identifier: person.handle, password: appPassword.password })
  const clientId = loopbackClientId(redirectUri, scope)
  const client = await discoverApp({ pdsUrl: network.url, clientId, redirectUri, scope })
  const session = await headlessLogin(client, person)
  const serviceJwt = async (lxm?: string) =>
    (await agent.com.atproto.server.getServiceAuth({ aud: network.pds.did, ...(lxm && { lxm }) }))
      .data.token
  tokens = {
    'access JWT': agent.session?.accessJwt ?? '',
    'access JWT of an app password': app.session?.accessJwt ?? '',
    'refresh JWT': agent.session?.refreshJwt ?? '',
    'service JWT to upload blobs': await serviceJwt('com.atproto.repo.uploadBlob'),
    'service JWT without a method': await serviceJwt(),
    'OAuth access token': session.accessToken,
    'OAuth refresh token': session.refreshToken,
  }
})
afterAll(() => network?.close())

const send = (nsid: string, authorization: string, body?: object | string) =>
  fetch(`${network.url}/xrpc/${nsid}`, {
    ...(body && { method: 'POST' }),
    headers: {
      authorization,
      ...(body && { 'content-type': typeof body === 'string' ? 'text/plain' : 'application/json' }),
    },
    ...(body && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
  })

let names = 0
const PLACES: [name: string, taken: Token[], ask: (token: string) => Promise<Response>][] = [
  [
    'getSession',
    ['access JWT', 'access JWT of an app password'],
    (token) => send('com.atproto.server.getSession', `Bearer ${token}`),
  ],
  [
    'createAppPassword',
    ['access JWT'],
    (token) =>
      send('com.atproto.server.createAppPassword', `Bearer ${token}`, { name: `${++names}` }),
  ],
  [
    'createRecord, at the PDS',
    ['access JWT', 'access JWT of an app password'],
    (token) => send('com.atproto.repo.createRecord', `Bearer ${token}`, newPost(did, 'x')),
  ],
  [
    'uploadBlob, at the PDS',
    ['access JWT', 'access JWT of an app password', 'service JWT to upload blobs'],
    (token) => send('com.atproto.repo.uploadBlob', `Bearer ${token}`, 'a text'),
  ],
  [
    'createRecord, with DPoP but no proof',
    [],
    (token) => send('com.atproto.repo.createRecord', `DPoP ${token}`, newPost(did, 'x')),
  ],
  [
    'getSession, with DPoP but no proof',
    [],
    (token) => send('com.atproto.server.getSession', `DPoP ${token}`),
  ],
  [
    'the token endpoint, without a proof',
    [],
    (token) =>
      fetch(`${network.url}/oauth/token`, {
        method: 'POST',
        body: new URLSearchParams({
          grant_type: 'refresh_token',
          refresh_token: token,
          client_id: loopbackClientId(redirectUri, scope),
        }),
      }),
  ],
  // Last, because it spends the token.
  [
    'refreshSession',
    ['refresh JWT'],
    (token) =>
      fetch(`${network.url}/xrpc/com.atproto.server.refreshSession`, {
        method: 'POST',
        headers: { authorization: `Bearer ${token}` },
      }),
  ],
]

test.each(PLACES)('%s takes no token but its own', async (_place, taken, ask) => {
  for (const token of TOKENS) {
    const { status } = await ask(tokens[token])
    if (taken.includes(token)) expect([token, status]).toEqual([token, 200])
    else expect([token, status >= 400]).toEqual([token, true])
  }
})

/** Whether a method of the entryway takes a service JWT of an account, by its source. */
const takesServiceJwt = (nsid: string) => {
  const [group, name] = nsid.split('.').slice(-2)
  const source = readFileSync(new URL(`../../xrpc/${group}/${name}.ts`, import.meta.url), 'utf8')
  return /from '\.\.\/auth\/(user|service)\.ts'/.test(source)
}

test('the PDS signs for its users no service JWT that the entryway would take for its own', async () => {
  const { accessJwt } = await (
    await fetch(`${network.url}/xrpc/com.atproto.server.createSession`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ identifier: person.handle, password: person.password }),
    })
  ).json()
  const isSigned = async (lxm: string) => {
    const query = new URLSearchParams({ aud: network.identity.did, lxm })
    return (await send(`com.atproto.server.getServiceAuth?${query}`, `Bearer ${accessJwt}`)).ok
  }
  const taken = methodRoutes.map(({ name }) => name).filter(takesServiceJwt)
  expect(taken).toContain('com.atproto.server.createAppPassword')
  const signed: string[] = []
  for (const lxm of taken) if (await isSigned(lxm)) signed.push(lxm)
  // With this one an account that lives elsewhere says that it moves in.
  expect(signed).toEqual(['com.atproto.server.createAccount'])
})
