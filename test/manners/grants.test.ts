import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type AppInProcess, startApp } from '../../lab/world/app/app.ts'
import { ask } from '../shared/ask.ts'
import { CLIENT_ID, FORM, form, JSON_BODY, REQUEST } from '../shared/mistakes.ts'
import * as rp from '../shared/people/relying_party.ts'

let app: AppInProcess
beforeAll(async () => {
  app = await startApp()
  await rp.register(app, { metadata: { token_endpoint_auth_method: 'none' } })
})
afterAll(() => app?.close())

const OF_CLIENT = { client_id: CLIENT_ID }
/** With all that belongs to them. */
const GRANTS: Record<string, Record<string, string>> = {
  authorization_code: {
    ...{ code: `cod-${'0'.repeat(64)}`, redirect_uri: REQUEST.redirect_uri },
  },
  refresh_token: { refresh_token: 'ref-none' },
}

const asForm = (fields: object) => ({ headers: FORM, body: form(fields as never) })
const asJson = (fields: object) => ({ headers: JSON_BODY, body: JSON.stringify(fields) })

describe.each([
  ['a form', asForm],
  ['JSON', asJson],
])('the token endpoint, asked by %s', (_, sent) => {
  const token = (fields: object) =>
    ask(app, { method: 'POST', target: '/oauth/token', ...sent(fields) })
  const refused = (status: number, error: string, description: string) => ({
    ...{ status, body: { error, error_description: description } },
    headers: { 'access-control-allow-origin': '*', 'dpop-nonce': expect.any(String) },
  })

  test.each(Object.entries(GRANTS))('says what is missing of %s', async (grant_type, own) => {
    const whole: Record<string, string> = { ...OF_CLIENT, grant_type, ...own }
    for (const name of ['grant_type', ...Object.keys(own)]) {
      const { [name]: _, ...without } = whole
      const missing = refused(400, 'invalid_request', `${name} is required`)
      expect(await token(without)).toMatchObject(missing)
      expect(await token({ ...whole, [name]: '' })).toMatchObject(missing)
    }
    const { client_id: _, ...nobody } = whole
    expect(await token(nobody)).toMatchObject(
      refused(401, 'invalid_client', 'client_id is required'),
    )
    // With all of it, it gets as far as the proof.
    expect(await token(whole)).toMatchObject({ body: { error: 'invalid_dpop_proof' } })
  })

  test.each(['password', 'client_credentials', 'implicit', 'toString', 'made-up'])(
    'has no grant %s',
    async (grant_type) => {
      const answer = await token({ ...OF_CLIENT, grant_type, username: 'a', password: 'b' })
      const taken = 'grant_type has to be authorization_code or refresh_token'
      expect(answer).toMatchObject(refused(400, 'unsupported_grant_type', taken))
    },
  )
})

/** Hashes that no app can ever meet. */
const HASHES = ['x', 'a0'.repeat(32), `${'a'.repeat(43)}=`, `${'a'.repeat(42)}+`]
const OPENID = { client_id: 'forum', redirect_uri: 'https://rp.example.com/callback' }

describe.each(['code_challenge', 'dpop_jkt'])('%s', (name) => {
  test.each(HASHES)('%s is refused before anybody signs in', async (hash) => {
    const why = `${name} has to be a SHA-256 hash in base64url: 43 characters, without padding`
    const body = { error: 'invalid_request', error_description: expect.stringMatching(name) }
    const pushed = { ...REQUEST, [name]: hash }
    const answer = await ask(app, { method: 'POST', target: '/oauth/par', ...asForm(pushed) })
    expect(answer).toMatchObject({ status: 400, body: { ...body, error_description: why } })
    const openid = { ...REQUEST, ...OPENID, scope: 'openid', [name]: hash }
    const other = await ask(app, { method: 'POST', target: '/openid/par', ...asForm(openid) })
    expect(other).toMatchObject({ status: 400, body })
    const link = await ask(app, { target: `/openid/authorize?${form(openid)}` })
    expect(new URL(link.headers.location ?? '').searchParams.get('error')).toBe('invalid_request')
  })
})

test('a hash that can be met is taken', async () => {
  const whole = { ...REQUEST, dpop_jkt: 'j'.repeat(43) }
  const answer = await ask(app, { method: 'POST', target: '/oauth/par', ...asForm(whole) })
  expect(answer).toMatchObject({ status: 201 })
  const openid = { ...whole, ...OPENID, scope: 'openid' }
  const other = await ask(app, { method: 'POST', target: '/openid/par', ...asForm(openid) })
  expect(other).toMatchObject({ status: 201 })
})
