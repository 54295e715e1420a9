import type * as oidc from 'openid-client'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { type AppInProcess, startApp } from '../../lab/world/app/app.ts'
import { ask } from '../shared/ask.ts'
import { FORM, form } from '../shared/mistakes.ts'
import * as rp from '../shared/people/relying_party.ts'
import { Visitor } from '../shared/people/visitor.ts'

/** A client of OAuth 2.1 does not name its redirect URI again where it exchanges the code (its section 10.2). */
const WEB = ['https://rp.example.com/callback', 'https://rp.example.com/other']
const DEVICE = ['http://127.0.0.1/callback', 'http://localhost/callback']
let app: AppInProcess
let did: string
let visitor: Visitor
beforeAll(async () => {
  app = await startApp()
  did = await app.addAccount({
    ...{ handle: 'alice.test', email: 'alice@mail.internal', password: rp.PASSWORD },
  })
  const common = { token_endpoint_auth_method: 'none', post_logout_redirect_uris: undefined }
  for (const [id, metadata] of Object.entries({
    one: { redirect_uris: WEB.slice(0, 1) },
    several: { redirect_uris: WEB },
    device: { redirect_uris: DEVICE.slice(0, 1), application_type: 'native' },
    agent: { redirect_uris: DEVICE, application_type: 'native' },
  })) {
    await rp.register(app, { id, metadata: { ...common, ...metadata } })
  }
})
beforeEach(() => {
  visitor = new Visitor(app)
})
afterAll(() => app?.close())

type Exchange = { client_id: string; code: string; code_verifier: string }

/** What a client has to exchange, which sent the person to one of its redirect URIs. */
async function coded(id: string, uri: string): Promise<Exchange> {
  const config: oidc.Configuration = await rp.discover(app, null, id)
  const begun = await rp.begin(config, { redirect_uri: uri })
  const asked = await rp.signIn(visitor, await rp.open(visitor, begun))
  const answer = asked.action ? await rp.allow(visitor, asked) : asked
  const back = new URL(answer.header('location') ?? '')
  const code = back.searchParams.get('code') ?? ''
  return { client_id: id, code, code_verifier: begun.verifier }
}

async function exchange(given: Partial<Exchange> & { redirect_uri?: string }) {
  const body = form({ grant_type: 'authorization_code', ...given })
  return ask(app, { method: 'POST', target: '/openid/token', headers: FORM, body })
}

test.each([
  ['one', WEB[0]],
  ['several', WEB[0]],
  ['several', WEB[1]],
  ['device', 'http://127.0.0.1:43117/callback'],
  ['agent', 'http://localhost:43117/callback'],
])('client %s that comes back to %s', async (id, uri = '') => {
  const named = await exchange({ ...(await coded(id, uri)), redirect_uri: uri })
  expect(named).toMatchObject({ status: 200 })
  visitor = new Visitor(app)
  for (const left of [{}, { redirect_uri: '' }]) {
    const given = await coded(id, uri)
    expect(await exchange({ ...given, ...left })).toMatchObject({ status: 200 })
    visitor = new Visitor(app)
  }
})

test('nothing else that is wrong is let pass by that', async () => {
  const [own = '', other = ''] = WEB
  const given = await coded('several', own)
  const wrong: [change: Parameters<typeof exchange>[0], error: string][] = [
    [{ redirect_uri: other }, 'invalid_grant'],
    [{ code_verifier: 'x'.repeat(43) }, 'invalid_grant'],
    [{ code_verifier: '' }, 'invalid_grant'],
    [{ client_id: 'agent' }, 'invalid_grant'],
    [{ code: 'made-up' }, 'invalid_grant'],
    [{ code: '' }, 'invalid_request'],
  ]
  for (const [change, error] of wrong) {
    const refused = await exchange({ ...given, ...change })
    expect([change, refused]).toMatchObject([change, { status: 400, body: { error } }])
  }
  // None of it has spent the code, which ends what it gave where it is used again.
  const { status, body } = await exchange(given)
  expect(status).toBe(200)
  const { access_token: token } = body as { access_token: string }
  const me = { target: '/openid/userinfo', headers: { authorization: `Bearer ${token}` } }
  expect(await ask(app, me)).toMatchObject({ status: 200, body: { sub: did } })
  const again = await exchange(given)
  expect(again).toMatchObject({ status: 400, body: { error: 'invalid_grant' } })
  expect(await ask(app, me)).toMatchObject({ status: 401 })
})
