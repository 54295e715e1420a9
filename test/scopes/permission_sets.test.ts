import { beforeAll, expect, test } from 'vitest'
import { headlessLogin } from '../../lab/clients/headless_login.ts'
import { headlessSignUp, newCredentials } from '../../lab/clients/headless_sign_in.ts'
import { newPost } from '../../lab/clients/new_post.ts'
import { discoverApp, loopbackClientId, type OAuthApp } from '../../lab/clients/oauth_app.ts'
import { refresh, startLogin } from '../../lab/clients/oauth_session.ts'
import { xrpc } from '../../lab/clients/xrpc.ts'
import { sharedNetwork } from '../shared/network.ts'

const redirectUri = 'http://127.0.0.1/callback'
const SET = 'test.vestibule.takesNotes'
const NOTE = 'test.vestibule.note'
const CREATE = 'com.atproto.repo.createRecord'
const [publisher, writer] = [newCredentials('pam'), newCredentials('will')]
const network = sharedNetwork()

beforeAll(async () => {
  await headlessSignUp(network.url, writer)
  const did = await headlessSignUp(network.url, publisher)
  network.dns.txt.set('_lexicon.vestibule.test', [`did=${did}`])
  await publish(SET, [{ type: 'permission', resource: 'repo', collection: [NOTE] }])
})

const appWith = (scope: string): Promise<OAuthApp> =>
  discoverApp({
    pdsUrl: network.pds.url,
    clientId: loopbackClientId(redirectUri, scope),
    redirectUri,
    scope,
  })

/** Publishes a permission set, as its author does: a record under the name's authority. */
async function publish(nsid: string, permissions: object[]): Promise<void> {
  const app = await appWith('atproto repo:com.atproto.lexicon.schema')
  const session = await headlessLogin(app, publisher)
  const main = { type: 'permission-set', title: 'Take notes', detail: 'Write notes', permissions }
  const answer = await xrpc(app, session, 'POST', CREATE, {
    repo: session.did,
    collection: 'com.atproto.lexicon.schema',
    rkey: nsid,
    record: { $type: 'com.atproto.lexicon.schema', lexicon: 1, id: nsid, defs: { main } },
  })
  expect(answer.status, JSON.stringify(answer.body)).toBe(200)
}

const note = (repo: string) => ({
  repo,
  collection: NOTE,
  record: { $type: NOTE, text: 'a note', createdAt: new Date().toISOString() },
})

test('an app granted a permission set may do what is in it and nothing else', async () => {
  const app = await appWith(`atproto include:${SET}`)
  const session = await headlessLogin(app, writer)
  const written = await xrpc(app, session, 'POST', CREATE, note(session.did))
  expect(written.status, JSON.stringify(written.body)).toBe(200)

  const refreshed = await refresh(app, session)
  const post = newPost(session.did, 'not in the set')
  expect((await xrpc(app, refreshed, 'POST', CREATE, post)).status).toBe(403)
  expect((await xrpc(app, refreshed, 'POST', CREATE, note(session.did))).status).toBe(200)
})

test('a permission set that does not exist is invalid_scope', async () => {
  const app = await appWith('atproto include:test.vestibule.unknownSet')
  await expect(startLogin(app)).rejects.toMatchObject({ error: 'invalid_scope' })

  const known = await appWith(`atproto include:${SET}`)
  expect((await headlessLogin(known, writer)).scope).toContain('atproto')
})
