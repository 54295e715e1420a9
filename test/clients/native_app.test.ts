import { afterAll, beforeAll, expect, test } from 'vitest'
import { callbackOf, deny, grant, signIn, signUp } from '../../lab/clients/browser_steps.ts'
import { newCredentials } from '../../lab/clients/headless_sign_in.ts'
import { type HostedClient, hostNativeClient } from '../../lab/clients/hosted_client.ts'
import { discoverApp, type OAuthApp } from '../../lab/clients/oauth_app.ts'
import { finishLogin, startLogin } from '../../lab/clients/oauth_session.ts'
import { expectSessionLife } from '../../lab/clients/session_life.ts'
import { sharedBrowser } from '../shared/browser.ts'
import { sharedNetwork } from '../shared/network.ts'

const scope = 'atproto transition:generic'
const person = newCredentials('nora')
const network = sharedNetwork()
const browser = sharedBrowser()
let client: HostedClient
let app: OAuthApp

beforeAll(async () => {
  client = await hostNativeClient(network.ca, scope)
  const { clientId, redirectUri } = client
  app = await discoverApp({ pdsUrl: network.pds.url, clientId, redirectUri, scope })
})
afterAll(async () => {
  await client?.close()
})

test('a native app is called back by its own scheme and holds a session', async () => {
  const login = await startLogin(app)
  expect(login.nonceChallenges).toBe(1)

  const page = await (await browser.newContext()).newPage()
  await page.goto(login.url)
  await signUp(page, person)
  const callback = callbackOf(page, 'internal.vestibule.app:/callback')
  await grant(page)

  const session = await finishLogin(app, login, await callback)
  expect(session.scope).toBe(scope)
  await expectSessionLife(app, session)
})

test('a native app learns that its user refused, and may ask again', async () => {
  const page = await (await browser.newContext()).newPage()
  const refused = await startLogin(app)
  await page.goto(refused.url)
  await signIn(page, person)
  const refusal = callbackOf(page, client.redirectUri)
  await deny(page)
  await expect(finishLogin(app, refused, await refusal)).rejects.toMatchObject({
    error: 'access_denied',
  })

  const login = await startLogin(app)
  await page.goto(login.url)
  await signIn(page, person)
  const callback = callbackOf(page, client.redirectUri)
  await grant(page)
  expect(await finishLogin(app, login, await callback)).toMatchObject({ scope })
})
