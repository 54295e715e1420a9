import type { Page } from 'playwright-core'
import { beforeAll, expect, test } from 'vitest'
import {
  callbackOf,
  enterPassword,
  fillInSignUp,
  grant,
  signIn,
} from '../../lab/clients/browser_steps.ts'
import { headlessSignUp, newCredentials } from '../../lab/clients/headless_sign_in.ts'
import { finishLogin, type Login, startLogin } from '../../lab/clients/oauth_session.ts'
import { signUpTexts } from '../../pages/sign_up/locales/index.ts'
import { sharedWebAppWorld } from '../shared/web_app.ts'

const [mia, ned] = [newCredentials('mia'), newCredentials('ned')]
const world = sharedWebAppWorld()
let dids: { mia: string; ned: string }
/** A page of a browser that remembers Mia, who has granted the app its scope. */
let page: Page

beforeAll(async () => {
  dids = {
    mia: await headlessSignUp(world.network.url, mia),
    ned: await headlessSignUp(world.network.url, ned),
  }
  page = await (await world.browser.newContext()).newPage()
  const login = await open({})
  await signIn(page, mia, { remember: true })
  await ending(login, () => grant(page))
})

async function open(parameters: Record<string, string>, on = page): Promise<Login> {
  const login = await startLogin(world.app, parameters)
  await on.goto(login.url)
  return login
}

/** The DID that the flow ends with once `lastStep` is done. */
async function ending(login: Login, lastStep: () => Promise<void>, on = page): Promise<string> {
  const callback = callbackOf(on, world.host.redirectUri)
  await lastStep()
  await on.getByText('Back in the app').waitFor()
  return (await finishLogin(world.app, login, await callback)).did
}

const heading = (text: string | RegExp) => page.getByText(text).first().waitFor()

test('prompt=login asks for the password of somebody who is signed in', async () => {
  const login = await open({ prompt: 'login', login_hint: mia.handle })
  await heading('Enter your password to continue')
  expect(await page.inputValue('input[name=username]')).toBe(mia.handle)
  await enterPassword(page, mia)
  expect(await ending(login, () => grant(page))).toBe(dids.mia)
})

test('prompt=consent asks again for what was granted before, and for no password', async () => {
  const login = await open({ prompt: 'consent', login_hint: mia.handle })
  await heading('Grant access to your account')
  expect(await page.locator('input[name=password]').count()).toBe(0)
  expect(await ending(login, () => grant(page))).toBe(dids.mia)
})

test('prompt=select_account lets somebody choose another account', async () => {
  const login = await open({ prompt: 'select_account' })
  await heading('Choose an account')
  await page.getByText(mia.handle).waitFor()
  await page.getByText('Another account').click()
  await signIn(page, ned)
  expect(await ending(login, () => grant(page))).toBe(dids.ned)
})

test('prompt=create opens the sign-up form, signed in or not', async () => {
  const stranger = await (await world.browser.newContext()).newPage()
  for (const visitor of [page, stranger]) {
    const login = await open({ prompt: 'create' }, visitor)
    await visitor.getByRole('link', { name: signUpTexts.en.withPassword }).click()
    await fillInSignUp(visitor, newCredentials('new'))
    const did = await ending(login, () => grant(visitor), visitor)
    expect(did).toMatch(/^did:plc:/)
    expect(Object.values(dids)).not.toContain(did)
  }
})

test('who has granted it all before is back in the app after the password', async () => {
  const stranger = await (await world.browser.newContext()).newPage()
  const login = await open({ login_hint: mia.handle }, stranger)
  const did = await ending(login, () => enterPassword(stranger, mia, { remember: true }), stranger)
  expect(did).toBe(dids.mia)
})

test('login_hint fills in who is to sign in, and refuses every other account', async () => {
  const stranger = await (await world.browser.newContext()).newPage()
  const login = await open({ login_hint: ned.handle }, stranger)
  const username = stranger.locator('input[name=username]')
  expect(await username.inputValue()).toBe(ned.handle)
  expect(await username.isEditable()).toBe(false)
  await enterPassword(stranger, ned)
  expect(await ending(login, () => grant(stranger), stranger)).toBe(dids.ned)
})
