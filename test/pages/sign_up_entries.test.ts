import type { Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { ENTERED } from '../../base/lifetimes.ts'
import { sharedBrowser } from '../shared/browser.ts'
import { type PageWorld, startPageWorld } from '../shared/operator_page.ts'
import { button } from '../shared/pages/on_page.ts'

/** On the provider's page of a sign-up, what was entered is there again for who comes back to it. */
const browser = sharedBrowser()
let world: PageWorld
beforeAll(async () => {
  world = await startPageWorld()
})
afterAll(() => world?.close())

const CODE = 'example-test-abcde-fghij'
const entered = (page: Page, name: string) => page.locator(`input[name=${name}]`).inputValue()
const kept = (page: Page) => page.evaluate(() => sessionStorage.getItem('sign-up'))

async function toSecondStep(page: Page, handle: string): Promise<void> {
  expect(await entered(page, 'handle')).toBe(handle)
  await button(page, 'Next').click()
  await page.locator('input[name=email]').waitFor()
}

test('after “back”, but for the password, and no longer once the account is made', async () => {
  const page = await (await browser.newContext()).newPage()
  await page.goto(`${world.url}/account/sign-in`)
  const signUp = page.getByRole('link', { name: 'Create a new account', exact: true })
  await signUp.click()
  await page.fill('input[name=handle]', 'newcomer')
  await toSecondStep(page, 'newcomer')
  await page.fill('input[name=inviteCode]', CODE)
  await page.fill('input[name=email]', 'newcomer@mail.test')
  await page.fill('input[name=password]', 'a long password')
  expect(await kept(page)).not.toContain('password')
  await page.goBack()
  await signUp.click()
  await page.locator('input[name=handle]').waitFor()
  await toSecondStep(page, 'newcomer')
  for (const [name, value] of [
    ['inviteCode', CODE],
    ['email', 'newcomer@mail.test'],
    ['password', ''],
  ] as const) {
    expect(await entered(page, name)).toBe(value)
  }
  await page.route('**/~api/sign-up', (route) => route.fulfill({ json: {} }))
  await page.fill('input[name=password]', 'a long password')
  await button(page, 'Sign up').click()
  await page.waitForFunction(() => sessionStorage.getItem('sign-up') === null)
  await page.context().close()
})

test('from the sign-up with a passkey to the one with a password, and back', async () => {
  const page = await (await browser.newContext()).newPage()
  await page.goto(`${world.url}/account/passkey-sign-up`)
  await page.fill('#handle', 'undecided')
  await page.fill('#email', 'undecided@mail.test')
  await page.fill('#invite', CODE)
  await page.getByRole('link', { name: 'Use a password instead' }).click()
  await page.locator('input[name=handle]').waitFor()
  await toSecondStep(page, 'undecided')
  expect(await entered(page, 'email')).toBe('undecided@mail.test')
  expect(await entered(page, 'inviteCode')).toBe(CODE)
  await page.goBack()
  expect([await entered(page, 'handle'), await entered(page, 'email')]).toEqual([
    'undecided',
    'undecided@mail.test',
  ])
  await page.context().close()
})

test('an invite code comes along to who chooses a password', async () => {
  const page = await (await browser.newContext()).newPage()
  await page.goto(`${world.url}/account/passkey-sign-up?invite=${CODE}`)
  await page.getByRole('link', { name: 'Use a password instead' }).click()
  await page.fill('input[name=handle]', 'somebody-else')
  await toSecondStep(page, 'somebody-else')
  expect(await entered(page, 'inviteCode')).toBe(CODE)
  await page.context().close()
})

test.each(['sign-up', 'passkey-sign-up'])(
  'the code of a link takes the place of one of before, but not of what is made of it: %s',
  async (way) => {
    const page = await (await browser.newContext()).newPage()
    await page.goto(`${world.url}/account/passkey-sign-up`)
    await page.fill('#handle', 'newcomer')
    await page.fill('#invite', 'example-test-of-before')
    const field = way === 'sign-up' ? 'inviteCode' : 'invite'
    const toCode = async () => {
      await page.goto(`${world.url}/account/${way}?invite=${CODE}`)
      if (way === 'sign-up') await toSecondStep(page, 'newcomer')
    }
    await toCode()
    expect(await entered(page, field)).toBe(CODE)
    await page.fill(`input[name=${field}]`, 'example-test-another')
    await toCode()
    expect(await entered(page, field)).toBe('example-test-another')
    await page.context().close()
  },
)

test.each(['sign-up', 'passkey-sign-up'])(
  'an invite code of a link that was taken out does not come back: %s',
  async (way) => {
    const page = await (await browser.newContext()).newPage()
    const field = way === 'sign-up' ? 'inviteCode' : 'invite'
    await page.goto(`${world.url}/account/passkey-sign-up`)
    await page.fill('#handle', 'newcomer')
    const toCode = async () => {
      if (way === 'sign-up') await toSecondStep(page, 'newcomer')
      return entered(page, field)
    }
    await page.goto(`${world.url}/account/${way}?invite=${CODE}`)
    expect(await toCode()).toBe(CODE)
    await page.fill(`input[name=${field}]`, '')
    await page.reload()
    expect(await toCode()).toBe('')
    await page.context().close()
  },
)

test.each(['sign-up', 'passkey-sign-up'])(
  'no longer for who comes to the tab later: %s',
  async (way) => {
    const page = await (await browser.newContext()).newPage()
    await page.clock.install()
    await page.goto(`${world.url}/account/passkey-sign-up`)
    await page.fill('#email', 'newcomer@mail.test')
    expect(await kept(page)).toContain('newcomer@mail.test')
    await page.clock.setSystemTime(Date.now() + ENTERED + 1_000)
    await page.goto(`${world.url}/account/${way}`)
    await page.locator('input[name=handle]').waitFor()
    await page.waitForFunction(() => !sessionStorage.getItem('sign-up')?.includes('newcomer'))
    await page.context().close()
  },
)
