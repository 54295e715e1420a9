import type { Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import {
  headlessSignIn,
  headlessSignUp,
  newCredentials,
} from '../../lab/clients/headless_sign_in.ts'
import { type HostedClient, hostWebClient, makeClientKey } from '../../lab/clients/hosted_client.ts'
import { discoverApp, loopbackClientId, type OAuthApp } from '../../lab/clients/oauth_app.ts'
import {
  finishLogin,
  type OAuthSession,
  refresh,
  startLogin,
} from '../../lab/clients/oauth_session.ts'
import { expectRefused } from '../../lab/clients/session_life.ts'
import { callbackOf, fillInSignIn, grant, signIn } from '../../lab/clients/steps.ts'
import { startBrowser, type TestBrowser } from '../../lab/world/browser.ts'
import { type Network, startNetwork } from '../../lab/world/network.ts'
import { screenshot } from './screenshots.ts'

const scope = 'atproto transition:generic'
const person = newCredentials('ada')
let network: Network
let browser: TestBrowser
let host: HostedClient
let webApp: OAuthApp
let localApp: OAuthApp
let page: Page

beforeAll(async () => {
  network = await startNetwork()
  browser = await startBrowser(network.ca)
  const key = await makeClientKey()
  host = await hostWebClient(network.ca, key, scope)
  host.routes.set('/callback', '<p>Back in the app</p>')
  const pdsUrl = network.pds.url
  const { clientId, redirectUri } = host
  webApp = await discoverApp({ pdsUrl, clientId, redirectUri, scope, key })
  const local = 'http://127.0.0.1/callback'
  localApp = await discoverApp({
    pdsUrl,
    clientId: loopbackClientId(local, scope),
    redirectUri: local,
    scope,
  })
  // The device that signs up stays signed in, and says that it is a Firefox.
  await headlessSignUp(network.url, person)
  page = await (await browser.newContext()).newPage()
})
afterAll(async () => {
  await host?.close()
  await browser?.close()
  await network?.close()
})

const link = (name: string) => page.getByRole('link', { name, exact: true }).first().click()
const row = (text: string) => page.getByRole('row').filter({ hasText: text })

async function signInElsewhere(app: OAuthApp): Promise<OAuthSession> {
  const login = await startLogin(app)
  return finishLogin(app, login, await headlessSignIn(login.url, person))
}

test('somebody signs in on the account page and signs another device out', async () => {
  await page.goto(`${network.url}/account`)
  await page.getByText('Please authenticate to continue').waitFor()
  await signIn(page, person, { remember: true })
  await page.getByText(person.handle).first().waitFor()
  await screenshot(page, 'account')

  await link('Devices')
  await row('This device').waitFor()
  const other = row('Firefox')
  expect(await other.count()).toBe(1)
  await screenshot(page, 'devices')
  await other.getByRole('button', { name: 'Sign out' }).click()
  await other.waitFor({ state: 'detached' })
  await page.reload()
  await row('This device').waitFor()
  expect(await other.count()).toBe(0)
})

test('an app that is revoked on the account page is locked out, and no other', async () => {
  const login = await startLogin(webApp)
  const visitor = await (await browser.newContext()).newPage()
  await visitor.goto(login.url)
  await visitor.getByRole('button', { name: 'Sign in', exact: true }).click()
  await visitor.locator('input[name=username]').waitFor()
  await screenshot(visitor, 'sign-in')
  await fillInSignIn(visitor, person)
  await visitor.getByText('Grant access to your account').waitFor()
  await screenshot(visitor, 'consent')
  const callback = callbackOf(visitor, host.redirectUri)
  await grant(visitor)
  const revoked = await refresh(webApp, await finishLogin(webApp, login, await callback))
  const kept = await signInElsewhere(localApp)

  await page.goto(`${network.url}/account`)
  await link('Apps')
  const app = row(String(host.metadata.client_name))
  await app.waitFor()
  await screenshot(page, 'apps')
  await app.getByRole('button', { name: 'Details' }).click()
  await page.getByRole('button', { name: 'Revoke access' }).click()
  await app.waitFor({ state: 'detached' })

  await expectRefused(webApp, revoked)
  expect((await refresh(localApp, kept)).did).toBe(kept.did)
})
