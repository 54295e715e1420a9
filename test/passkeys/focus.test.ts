import { afterAll, beforeAll, expect, test } from 'vitest'
import { sharedBrowser } from '../shared/browser.ts'
import { type PageWorld, startPageWorld } from '../shared/operator_page.ts'
import { button, title } from '../shared/pages/on_page.ts'
import { newOwner } from '../shared/people/passkey_owner.ts'

const browser = sharedBrowser()
let world: PageWorld
beforeAll(async () => {
  world = await startPageWorld()
})
afterAll(() => world?.close())

test('who has a keyboard begins at the button, also where its script comes late', async () => {
  const { handle, password } = await newOwner(world.app)
  const page = await (await browser.newContext()).newPage()
  await page.goto(`${world.url}/account/sign-in`)
  await page.fill('#username', handle)
  await page.fill('#password', password)
  // The page is drawn without it first.
  await page.route('**/oauth/scripts/**', async (route) => {
    await page.evaluate(() => new Promise((done) => setTimeout(() => requestAnimationFrame(done))))
    await route.continue()
  })
  await button(page, 'Sign in').click()
  await title(page, 'Use your passkey')
  const passkey = button(page, 'Use passkey')
  await passkey.waitFor()
  expect(await passkey.evaluate((each) => each === document.activeElement)).toBe(true)
  await page.context().close()
})
