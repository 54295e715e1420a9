import { afterAll, beforeAll, expect, test } from 'vitest'
import { upsertClient } from '../../database/flow/client.ts'
import { makeClientKey } from '../../lab/clients/hosted_client.ts'
import { type AppInProcess, startApp } from '../../lab/world/app/app.ts'
import { FORM, form, REQUEST } from '../shared/mistakes.ts'
import { Attacker } from '../shared/people/attacker.ts'
import { Visitor } from '../shared/people/visitor.ts'

/** What a person did not give an app, it does not get the next time without a page either. */
const kim = { handle: 'kim.test', email: 'kim@mail.internal', password: 'secret of kim' }
const CLIENT = 'https://app.vestibule.internal'
const CALLBACK = `${CLIENT}/callback`
const OF_CLIENT = { clientId: CLIENT, redirectUri: CALLBACK }
const ASKED = 'atproto transition:generic'
let app: AppInProcess
let did: string
let visitor: Visitor
/** Which may ask without a page, as it proves who it is. */
let client: Attacker

beforeAll(async () => {
  app = await startApp()
  did = await app.addAccount(kim)
  const key = await makeClientKey()
  const { kty, crv, x, y } = key.privateJwk
  client = new Attacker({ url: app.runner.settings.publicUrl }, { ...OF_CLIENT, key })
  const metadata = {
    client_id: CLIENT,
    redirect_uris: [CALLBACK],
    response_types: ['code'],
    grant_types: ['authorization_code', 'refresh_token'],
    scope: ASKED,
    token_endpoint_auth_method: 'private_key_jwt',
    token_endpoint_auth_signing_alg: 'ES256',
    jwks: { keys: [{ kty, crv, x, y, kid: key.kid, alg: 'ES256', use: 'sig' }] },
    application_type: 'web',
    dpop_bound_access_tokens: true,
  }
  upsertClient(app.flow, CLIENT, JSON.stringify(metadata))
  visitor = new Visitor(app)
  const page = await visitor.open('/account/sign-in?step=sign-in')
  const { handle: username, password } = kim
  await visitor.send(page, { username, password, remember: 'on' })
})
afterAll(() => app?.close())

async function push(more: Record<string, string> = {}): Promise<string> {
  const asked = { ...REQUEST, client_id: CLIENT, redirect_uri: CALLBACK, scope: ASKED, ...more }
  const proven = { ...asked, ...(await client.assertion()) }
  const answer = await app.ask({
    method: 'POST',
    target: '/oauth/par',
    headers: FORM,
    body: form(proven),
  })
  if (!('status' in answer) || answer.status !== 201) throw new Error('the request was refused')
  const { request_uri } = JSON.parse(Buffer.from(answer.body ?? '').toString())
  return `/oauth/authorize?${new URLSearchParams({ client_id: CLIENT, request_uri })}`
}

/** @param scope what the person gives; all of it unless given */
async function consent(scope?: string): Promise<void> {
  const url = await push({ prompt: 'consent' })
  await visitor.open(url)
  const { text } = await visitor.call('consent', { did, ...(scope && { scope }) }, url)
  expect(new URL(JSON.parse(text).url).searchParams.get('code')).toMatch(/^cod-/)
}

/** What the app gets without a page. */
async function silently(more: Record<string, string>) {
  const { text, header } = await visitor.open(await push(more))
  const said = header('location') ?? text
  return /consent_required|cod-[0-9a-f]/.exec(said)?.[0].replace(/^cod-.*/, 'a code') ?? 'a page'
}

const HINT = { login_hint: kim.handle }
const NONE = { ...HINT, prompt: 'none' }

test('less than was asked for is asked for again', async () => {
  expect(await silently(NONE)).toBe('consent_required')
  await consent('atproto')
  expect(await silently(NONE)).toBe('consent_required')
  expect(await silently(HINT)).toBe('a page')
  await consent()
  expect(await silently(NONE)).toBe('a code')
  expect(await silently(HINT)).toBe('a code')
})

test('also after all of it was given once', async () => {
  await consent()
  await consent('atproto')
  expect(await silently(NONE)).toBe('consent_required')
})

test('a form ends here, also where it leads on to the app', async () => {
  await consent()
  const elsewhere = await visitor.open(await push(HINT))
  expect([elsewhere.status, elsewhere.header('refresh')]).toEqual([303, undefined])
  const behindForm = { headers: { 'sec-fetch-site': 'same-origin' } }
  const page = await visitor.open(await push(HINT), behindForm)
  const [to = ''] = page.hrefs
  expect([page.status, page.title, page.header('refresh')]).toEqual([
    200,
    'Continue',
    `0; url=${to}`,
  ])
  expect(to).toContain(`${CALLBACK}?`)
  expect(page.text).toContain('You go on to app.vestibule.internal.')
})
