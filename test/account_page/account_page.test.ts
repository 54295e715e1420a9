import type { Page } from 'playwright-core'
import { beforeAll, expect, test } from 'vitest'
import { callbackOf, grant, signIn } from '../../lab/clients/browser_steps.ts'
import { headlessLogin } from '../../lab/clients/headless_login.ts'
import { headlessSignUp, newCredentials } from '../../lab/clients/headless_sign_in.ts'
import { discoverApp, loopbackClientId, type OAuthApp } from '../../lab/clients/oauth_app.ts'
import { finishLogin, refresh, startLogin } from '../../lab/clients/oauth_session.ts'
import { expectRefused } from '../../lab/clients/session_life.ts'
import { SCOPE } from '../../lab/clients/web_app.ts'
import { sharedWebAppWorld } from '../shared/web_app.ts'
import { screenshot } from './screenshots.ts'

const person = newCredentials('ada')
const world = sharedWebAppWorld()
let localApp: OAuthApp
let page: Page

beforeAll(async () => {
  const local = 'http://127.0.0.1/callback'
  localApp = await discoverApp({
    pdsUrl: world.network.pds.url,
    clientId: loopbackClientId(local, SCOPE),
    redirectUri: local,
    scope: SCOPE,
  })
  // The device that signs up stays signed in, and says that it is a Firefox.
  await headlessSignUp(world.network.url, person)
  page = await (await world.browser.newContext()).newPage()
})

const link = (name: string) => page.getByRole('link', { name, exact: true }).first().click()
const row = (text: string) => page.getByRole('row').filter({ hasText: text })

test('somebody signs in on the account page and signs another device out', async () => {
  await page.goto(`${world.network.url}/account`)
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
  const login = await startLogin(world.app)
  const visitor = await (await world.browser.newContext()).newPage()
  await visitor.goto(login.url)
  await signIn(visitor, person)
  await visitor.getByText('Grant access to your account').waitFor()
  await screenshot(visitor, 'consent')
  const callback = callbackOf(visitor, world.host.redirectUri)
  await grant(visitor)
  const revoked = await refresh(world.app, await finishLogin(world.app, login, await callback))
  const kept = await headlessLogin(localApp, person)

  await page.goto(`${world.network.url}/account`)
  await link('Apps')
  const app = row(String(world.host.metadata.client_name))
  await app.waitFor()
  await screenshot(page, 'apps')
  await app.getByRole('button', { name: 'Details' }).click()
  await page.getByRole('button', { name: 'Revoke access' }).click()
  await app.waitFor({ state: 'detached' })

  await expectRefused(world.app, revoked)
  expect((await refresh(localApp, kept)).did).toBe(kept.did)
})
