import { beforeAll, expect, test } from 'vitest'
import { headlessLogin } from '../../lab/clients/headless_login.ts'
import { headlessSignUp, newCredentials } from '../../lab/clients/headless_sign_in.ts'
import { newPost } from '../../lab/clients/new_post.ts'
import { discoverApp, loopbackClientId, type OAuthApp } from '../../lab/clients/oauth_app.ts'
import { type OAuthSession, refresh, startLogin } from '../../lab/clients/oauth_session.ts'
import { postAndReadBack, xrpc } from '../../lab/clients/xrpc.ts'
import { sharedNetwork } from '../shared/network.ts'

const redirectUri = 'http://127.0.0.1/callback'
const person = newCredentials('sam')
const network = sharedNetwork()
let did: string

beforeAll(async () => {
  did = await headlessSignUp(network.url, person)
})

const appWith = (scope: string): Promise<OAuthApp> =>
  discoverApp({
    pdsUrl: network.pds.url,
    clientId: loopbackClientId(redirectUri, scope),
    redirectUri,
    scope,
  })

async function signIn(app: OAuthApp, grantedScope?: string): Promise<OAuthSession> {
  return headlessLogin(app, person, { grantedScope })
}

const like = (repo: string) => ({
  repo,
  collection: 'app.bsky.feed.like',
  record: {
    $type: 'app.bsky.feed.like',
    subject: {
      uri: `at://${repo}/app.bsky.feed.post/3jzfcijpj2z2a`,
      cid: 'bafyreigxvvoz4cjlhrvavtfbzudn5sifg4mp2uq7twkmxmwqr2mexhpwzq',
    },
    createdAt: new Date().toISOString(),
  },
})

const CREATE = 'com.atproto.repo.createRecord'

test('an app granted one collection may write there and nowhere else', async () => {
  const app = await appWith('atproto repo:app.bsky.feed.post')
  const session = await signIn(app)
  expect(session.scope).toBe('atproto repo:app.bsky.feed.post')

  expect(await xrpc(app, session, 'POST', CREATE, like(did))).toMatchObject({
    status: 403,
    body: { error: 'ScopeMissingError' },
  })
  const refreshed = await refresh(app, session)
  expect(refreshed.scope).toBe(session.scope)
  expect((await xrpc(app, refreshed, 'POST', CREATE, like(did))).status).toBe(403)
  expect(await postAndReadBack(app, refreshed, 'allowed')).toBe('allowed')
})

test('an app granted one action on a collection may not do another', async () => {
  const app = await appWith('atproto repo:app.bsky.feed.post?action=create')
  const session = await signIn(app)
  const created = await xrpc(app, session, 'POST', CREATE, newPost(did, 'stays'))
  const [, , , collection, rkey] = String(created.body.uri).split('/')

  const deletion = { repo: did, collection, rkey }
  const refused = await xrpc(app, session, 'POST', 'com.atproto.repo.deleteRecord', deletion)
  expect(refused.status).toBe(403)
  expect(await postAndReadBack(app, session, 'created')).toBe('created')
})

test('transition:generic may write anywhere', async () => {
  const app = await appWith('atproto transition:generic')
  const session = await signIn(app)
  expect((await xrpc(app, session, 'POST', CREATE, like(did))).status).toBe(200)
  expect(await postAndReadBack(app, session, 'generic')).toBe('generic')
})

test('atproto alone names the user and writes nothing', async () => {
  const app = await appWith('atproto')
  const session = await signIn(app)
  expect(session.did).toBe(did)
  expect((await xrpc(app, session, 'POST', CREATE, newPost(did, 'no'))).status).toBe(403)

  const granted = await appWith('atproto repo:app.bsky.feed.post')
  expect(await postAndReadBack(granted, await signIn(granted), 'yes')).toBe('yes')
})

test('what the user leaves out on the consent page is not granted', async () => {
  const app = await appWith('atproto repo:app.bsky.feed.post repo:app.bsky.feed.like')
  const session = await signIn(app, 'atproto repo:app.bsky.feed.post')
  expect(session.scope).toBe('atproto repo:app.bsky.feed.post')
  expect((await xrpc(app, session, 'POST', CREATE, like(did))).status).toBe(403)
  expect(await postAndReadBack(app, session, 'the rest')).toBe('the rest')
})

test('only an app granted the email address is told it', async () => {
  const GET_SESSION = 'com.atproto.server.getSession'
  const without = await appWith('atproto transition:generic')
  const hidden = await xrpc(without, await signIn(without), 'GET', GET_SESSION, {})
  expect(hidden.body).toMatchObject({ did, handle: person.handle })
  expect(hidden.body.email).toBeUndefined()

  const app = await appWith('atproto transition:generic transition:email')
  const shown = await xrpc(app, await signIn(app), 'GET', GET_SESSION, {})
  expect(shown.body).toMatchObject({ did, handle: person.handle, email: person.email })
})

test('an app may not ask for more than its metadata declares', async () => {
  const app = await appWith('atproto')
  const greedy = { ...app, scope: 'atproto transition:generic' }
  await expect(startLogin(greedy)).rejects.toMatchObject({ error: 'invalid_scope' })
  expect((await signIn(app)).scope).toBe('atproto')
})
