import type { Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, expect, test, vi } from 'vitest'
import { ENTERED, PROOF_AGAIN } from '../../base/lifetimes.ts'
import { signInTexts } from '../../pages/sign_in/locales/index.ts'
import { sharedBrowser } from '../shared/browser.ts'
import { type PageWorld, startPageWorld } from '../shared/operator_page.ts'
import { button, title } from '../shared/pages/on_page.ts'
import { newSomebody } from '../shared/people/operators.ts'

/** A person sees what they have typed for a password, on each page that asks for one. */
const browser = sharedBrowser()
let world: PageWorld
beforeAll(async () => {
  world = await startPageWorld()
})
afterAll(() => world?.close())
afterEach(() => {
  vi.useRealTimers()
})

const kindOf = (page: Page) => page.locator('#password').getAttribute('type')

async function expectShown(page: Page): Promise<void> {
  await page.fill('#password', 'what I typed')
  expect(await kindOf(page)).toBe('password')
  await button(page, 'Show').click()
  expect(await kindOf(page)).toBe('text')
  // Browsers ask services about the spelling of a text.
  expect(await page.locator('#password').getAttribute('spellcheck')).toBe('false')
  await button(page, 'Hide').click()
  expect([await kindOf(page), await page.locator('#password').inputValue()]).toEqual([
    'password',
    'what I typed',
  ])
}

test('on the pages of a sign-in, a new password and a proof; it is sent as a password', async () => {
  const { handle, password, own } = await newSomebody(world.app)
  const page = await (await browser.newContext()).newPage()
  await page.goto(`${world.url}/account/new-password`)
  await expectShown(page)
  await page.goto(`${world.url}/account/sign-in?for=security`)
  await expectShown(page)
  await page.fill('#username', handle)
  await page.fill('#password', password)
  await button(page, 'Show').click()
  let sentAs: string | null = null
  await page.exposeFunction('tell', (type: string) => {
    sentAs = type
  })
  await page.evaluate(() => {
    addEventListener('submit', () =>
      // biome-ignore lint/suspicious/noExplicitAny: what the test has put there
      (globalThis as any).tell(document.querySelector<HTMLInputElement>('#password')?.type),
    )
  })
  await page.keyboard.press('Enter')
  await title(page, 'Enter your code')
  expect(sentAs).toBe('password')
  await page.fill('#code', own.recoveryCodes.pop() ?? '')
  await page.keyboard.press('Enter')
  await title(page, 'Security')
  vi.useFakeTimers({ now: Date.now() + PROOF_AGAIN + 1_000, toFake: ['Date'] })
  await page.goto(`${world.url}/account/security/app-password`)
  await title(page, 'Confirm that it is you')
  await expectShown(page)
  await page.context().close()
})

test('without scripts there is no button for it', async () => {
  const context = await browser.browser.newContext({ javaScriptEnabled: false, locale: 'en-US' })
  const page = await context.newPage()
  await page.goto(`${world.url}/account/sign-in`)
  expect(await button(page, 'Show').count()).toBe(0)
  await context.close()
})

test('a name that was typed goes along to another language, until it is sent', async () => {
  const page = await (await browser.newContext()).newPage()
  await page.goto(`${world.url}/account/sign-in`)
  await page.fill('#username', 'lee.test')
  await page.getByText('Language').click()
  await page.getByRole('link', { name: 'Svenska' }).click()
  await title(page, signInTexts.sv.title)
  await page.waitForLoadState()
  expect(await page.locator('#username').inputValue()).toBe('lee.test')
  await page.fill('#password', 'wrong')
  await page.keyboard.press('Enter')
  await page.getByRole('alert').waitFor()
  await page.goto(`${world.url}/account/sign-in`)
  expect(await page.locator('#username').inputValue()).toBe('')
  await page.context().close()
})

test.each([
  ['lee@mail.test', 'lee@mail.test'],
  ['@lee.test', ''],
  ['lee.test', ''],
])('of %s the page of a forgotten password has “%s”, for a while', async (name, email) => {
  const page = await (await browser.newContext()).newPage()
  await page.clock.install()
  await page.goto(`${world.url}/account/sign-in`)
  await page.fill('#username', name)
  await page.getByRole('link', { name: 'Forgot your password?' }).click()
  await title(page, 'Reset your password')
  await page.waitForLoadState()
  expect(await page.locator('#email').inputValue()).toBe(email)
  expect(page.url()).not.toContain('mail')
  await page.getByText('Language').click()
  await page.getByRole('link', { name: 'Français' }).click()
  await title(page, signInTexts.fr.resetTitle)
  await page.waitForLoadState()
  expect(await page.locator('#email').inputValue()).toBe(email)
  await page.goto(`${world.url}/account/sign-in`)
  expect(await page.locator('#username').inputValue()).toBe(name)
  await page.clock.setSystemTime(Date.now() + ENTERED + 1_000)
  for (const [path, field] of [
    ['sign-in', '#username'],
    ['reset-password', '#email'],
  ]) {
    await page.goto(`${world.url}/account/${path}`)
    expect(await page.locator(String(field)).inputValue()).toBe('')
  }
  await page.context().close()
})
