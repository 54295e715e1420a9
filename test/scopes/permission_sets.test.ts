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

test('a permission set with many values, or a long one, is none', async () => {
  const known = { type: 'permission', resource: 'repo', collection: [NOTE] }
  await publish(`${SET}Often`, Array(200).fill(known))
  await publish(`${SET}Long`, [{ ...known, note: 'x'.repeat(50_000) }])
  await publish(`${SET}Twice`, [known, known])
  for (const [nsid, error] of [
    [`${SET}Often`, 'invalid_scope'],
    [`${SET}Long`, 'invalid_scope'],
    [`${SET}Twice`, null],
  ] as const) {
    const asked = startLogin(await appWith(`atproto include:${nsid}`))
    if (error) await expect(asked, nsid).rejects.toMatchObject({ error })
    else await asked
  }
})

test('a request names a few permission sets', async () => {
  const refusal = async (count: number) => {
    const named = [...Array(count).keys()].map((i) => `include:${SET}${'x'.repeat(i + 1)}`)
    const asked = startLogin(await appWith(['atproto', ...named].join(' ')))
    return asked.then(null, (err) => err.error_description)
  }
  expect(await refusal(21)).toMatch(/20 permission sets/)
  // None of them is there.
  expect(await refusal(20)).toMatch(/resolve/i)
})

test('a permission set that does not exist is invalid_scope', async () => {
  const app = await appWith('atproto include:test.vestibule.unknownSet')
  await expect(startLogin(app)).rejects.toMatchObject({ error: 'invalid_scope' })

  const known = await appWith(`atproto include:${SET}`)
  expect((await headlessLogin(known, writer)).scope).toContain('atproto')
})
