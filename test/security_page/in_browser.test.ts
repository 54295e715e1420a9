import { readFileSync } from 'node:fs'
import { AtpAgent } from '@atproto/api'
import type { Page } from 'playwright-core'
import { beforeAll, expect, test } from 'vitest'
import { signIn } from '../../lab/clients/browser_steps.ts'
import { headlessLogin } from '../../lab/clients/headless_login.ts'
import { headlessSignUp, newCredentials } from '../../lab/clients/headless_sign_in.ts'
import { type OAuthSession, refresh } from '../../lab/clients/oauth_session.ts'
import { expectRefused } from '../../lab/clients/session_life.ts'
import { inSize, sizes } from '../shared/pages/axe.ts'
import { expectUsable } from '../shared/pages/usable.ts'
import { sharedWebAppWorld } from '../shared/web_app.ts'

/** The security page in Chromium, before a real PDS and a real app. */
const person = newCredentials('ada')
const world = sharedWebAppWorld()

beforeAll(async () => {
  await headlessSignUp(world.network.url, person)
})

/** An app by OAuth, and one with the password. */
async function openApps(): Promise<{ session: OAuthSession; agent: AtpAgent }> {
  const session = await headlessLogin(world.app, person)
  const agent = new AtpAgent({ service: world.network.url })
  await agent.login({ identifier: person.handle, password: person.password })
  return { session: await refresh(world.app, session), agent }
}

async function comeTo(page: Page): Promise<void> {
  await page.goto(`${world.network.url}/account/security`)
  await signIn(page, person, { remember: true })
  await page.getByRole('heading', { level: 1, name: 'Security' }).waitFor()
}

/** Waits until what is typed goes into a field. */
const isReady = (page: Page, field: string) => page.locator(`input[name=${field}]:focus`).waitFor()

const item = (page: Page, text: string) => page.getByRole('listitem').filter({ hasText: text })
const signOut = (page: Page, text: string) =>
  item(page, text).getByRole('button', { name: 'Sign out' }).first()

test('an app that is signed out is out, and no other', async () => {
  const { session, agent } = await openApps()
  const page = await (await world.browser.newContext()).newPage()
  await comeTo(page)
  const { host } = new URL(world.host.clientId)
  await signOut(page, host).click()
  await page.getByRole('status').getByText('Signed out.').waitFor()
  expect(await item(page, host).getByRole('button').count()).toBe(0)
  await expectRefused(world.app, session)
  await agent.com.atproto.server.getSession()
  await page.getByRole('button', { name: 'Sign out everywhere else' }).click()
  await page.getByRole('status').getByText('Everything but this browser').waitFor()
  await expect(agent.sessionManager.refreshSession()).rejects.toThrow()
  await page.reload()
  await item(page, 'This browser').waitFor()
  await page.context().close()
})

test('the account page leads to it', async () => {
  const page = await (await world.browser.newContext()).newPage()
  await page.goto(`${world.network.url}/account`)
  await signIn(page, person, { remember: true })
  await page.getByText(person.handle).first().waitFor()
  const opened = page.context().waitForEvent('page')
  await page.getByRole('link', { name: 'Security' }).first().click()
  await (await opened).getByRole('heading', { level: 1, name: 'Security' }).waitFor()
  await page.context().close()
})

test('the lists are there as files', async () => {
  const page = await (await world.browser.newContext()).newPage()
  await comeTo(page)
  const load = async (name: string) => {
    const download = page.waitForEvent('download')
    await page.getByRole('link', { name }).click()
    return JSON.parse(readFileSync(await (await download).path(), 'utf8'))
  }
  const { sessions } = await load('What is signed in (JSON)')
  expect(sessions.map(({ kind }: { kind: string }) => kind)).toContain('browser')
  const { activity } = await load('Activity (JSON)')
  expect(activity[0]).toMatchObject({ event: 'signed_in' })
  await page.context().close()
})

test('by keyboard alone, without scripts', async () => {
  const { session } = await openApps()
  const context = await world.browser.browser.newContext({
    javaScriptEnabled: false,
    ignoreHTTPSErrors: true,
    locale: 'en-US',
  })
  const page = await context.newPage()
  await page.goto(`${world.network.url}/account/security`)
  await isReady(page, 'username')
  await page.keyboard.type(person.handle)
  await page.keyboard.press('Tab')
  await isReady(page, 'password')
  await page.keyboard.type(person.password)
  await page.keyboard.press('Enter')
  await page.getByRole('heading', { level: 1, name: 'Security' }).waitFor()
  const wanted = signOut(page, new URL(world.host.clientId).host)
  for (let i = 0; i < 20; i++) {
    await page.keyboard.press('Tab')
    if (await wanted.and(page.locator(':focus')).count()) break
  }
  await page.keyboard.press('Enter')
  await page.getByRole('status').getByText('Signed out.').waitFor()
  await expectRefused(world.app, session)
  await context.close()
})

test('an app password is made by keyboard, and an app uses it', async () => {
  const page = await (await world.browser.newContext()).newPage()
  await comeTo(page)
  await page.getByRole('link', { name: 'Make an app password' }).focus()
  await page.keyboard.press('Enter')
  await isReady(page, 'password')
  await page.keyboard.type(person.password)
  await page.keyboard.press('Enter')
  await isReady(page, 'name')
  await page.keyboard.type('An old app')
  await page.keyboard.press('Enter')
  const password = (await page.locator('code').textContent()) ?? ''
  const agent = new AtpAgent({ service: world.network.url })
  await agent.login({ identifier: person.handle, password })
  await page.reload()
  expect(await page.locator('code').count()).toBe(0)
  const own = item(page, 'An old app').filter({ hasText: 'last used' })
  await own.getByRole('button', { name: 'Revoke' }).click()
  await page.getByRole('status').getByText('The app password is revoked').waitFor()
  await expect(agent.sessionManager.refreshSession()).rejects.toThrow()
  await page.context().close()
})

test.each(sizes)('nothing that hinders people, %s', async (size) => {
  await openApps()
  await inSize(world.browser, size, async (page) => {
    const look = (name?: string) => expectUsable(page, size, name)
    await comeTo(page)
    await look('security')
    await page.goto(`${world.network.url}/account/security/app-password`)
    await look()
    await page.fill('input[name=password]', 'wrong')
    await page.keyboard.press('Enter')
    await page.getByRole('alert').waitFor()
    await look()
    await page.fill('input[name=password]', person.password)
    await page.keyboard.press('Enter')
    await page.locator('input[name=name]').fill(`App ${size}`)
    await look()
    await page.keyboard.press('Enter')
    const made = page.getByRole('status')
    await made.waitFor()
    // It is another with each run.
    await page.locator('code').evaluate((code) => {
      code.textContent = 'xxxx-xxxx-xxxx-xxxx'
    })
    // It is shown once, on a long page.
    const isSeen = () =>
      made.evaluate((box) => {
        const { top, bottom } = box.getBoundingClientRect()
        return top >= 0 && bottom <= innerHeight
      })
    await expect.poll(isSeen).toBe(true)
    await look('app-password')
  })
})
