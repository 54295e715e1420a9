import type * as oidc from 'openid-client'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { type AppInProcess, startApp } from '../../lab/world/app/app.ts'
import * as rp from '../shared/people/relying_party.ts'
import { Visitor } from '../shared/people/visitor.ts'

/** What a person is shown as signed in is what they have allowed, and once. */
let app: AppInProcess
let did: string
let config: oidc.Configuration
let visitor: Visitor
let id: string
let clients = 0

beforeAll(async () => {
  app = await startApp()
  const [handle, email] = ['alice.test', 'alice@mail.internal']
  did = await app.addAccount({ handle, email, password: rp.PASSWORD })
})
beforeEach(async () => {
  visitor = new Visitor(app)
  id = `forum-${++clients}`
  config = await rp.discover(app, await rp.register(app, { id }), id)
})
afterAll(() => app?.close())

async function grants() {
  const all = await app.actors.account(did).listOpenidGrants()
  return all.filter(({ clientId }) => clientId === id)
}

/** How often it was noted that the client was let in. */
async function countAuthorized(): Promise<number> {
  const trail = await app.actors.account(did).listAudit(1_000)
  const isIt = ({ clientId }: { clientId?: unknown }) => clientId === id
  return trail.filter(({ event, detail }) => event === 'client_authorized' && isIt(detail)).length
}

async function signedIn(more: Record<string, string> = {}) {
  const begun = await rp.begin(config, more)
  const asked = await rp.signIn(visitor, await rp.open(visitor, begun))
  const answer = asked.action ? await rp.allow(visitor, asked) : asked
  return rp.exchange(config, begun, answer)
}

test('who is asked once more in another browser, and refuses, has let nobody in there', async () => {
  await signedIn()
  const [before, noted] = [await grants(), await countAuthorized()]
  visitor = new Visitor(app)
  const begun = await rp.begin(config, { prompt: 'consent' })
  const asked = await rp.signIn(visitor, await rp.open(visitor, begun))
  expect(asked.title).toBe('Sign in to The Forum')
  expect(await grants()).toEqual(before)
  const refused = await rp.allow(visitor, asked, { decision: 'refuse' })
  expect(refused.header('location')).toContain('error=access_denied')
  expect([await grants(), await countAuthorized()]).toEqual([before, noted])
})

test('a client that may not ask has got nothing', async () => {
  await signedIn({ scope: 'openid' })
  const noted = await countAuthorized()
  visitor = new Visitor(app)
  const page = await visitor.open('/account/sign-in?step=sign-in')
  await rp.signIn(visitor, page, 'alice.test', { remember: 'on' })
  const answer = await rp.open(visitor, await rp.begin(config, { scope: 'openid' }))
  expect(answer.header('location')).toContain('code=')
  expect([(await grants()).length, await countAuthorized()]).toEqual([2, noted + 1])
  // The client asks for more than the person consented to, in a browser where nothing is granted yet.
  visitor.cookies.delete('openid-session')
  const asked = await rp.open(visitor, await rp.begin(config))
  expect(asked.title).toBe('Sign in to The Forum')
  const silent = await rp.open(visitor, await rp.begin(config, { prompt: 'none' }))
  expect(silent.header('location')).toContain('error=consent_required')
  expect([(await grants()).length, await countAuthorized()]).toEqual([2, noted + 1])
})

test('who allows it in another browser has let it in there, with what they allowed before', async () => {
  await signedIn({ scope: 'openid profile' })
  visitor = new Visitor(app)
  await signedIn({ scope: 'openid email' })
  expect(await grants()).toHaveLength(2)
  // Both scopes are granted, so nothing is asked.
  const answer = await rp.open(visitor, await rp.begin(config))
  expect(answer.header('location')).toContain('code=')
})

test('a decision that is sent twice is one', async () => {
  const begun = await rp.begin(config)
  const asked = await rp.signIn(visitor, await rp.open(visitor, begun))
  const [noted, decision] = [await countAuthorized(), { decision: 'allow' }]
  await visitor.send(asked, decision)
  await rp.exchange(config, begun, await rp.allow(visitor, asked))
  expect([(await grants()).length, await countAuthorized()]).toEqual([1, noted + 1])
})

test('and so is one of which two are sent at once', async () => {
  const begun = await rp.begin(config)
  const asked = await rp.signIn(visitor, await rp.open(visitor, begun))
  const decision = { decision: 'allow' }
  const [answer] = await Promise.all([visitor.send(asked, decision), visitor.send(asked, decision)])
  await rp.exchange(config, begun, await rp.follow(visitor, answer))
  expect(await grants()).toHaveLength(1)
})
