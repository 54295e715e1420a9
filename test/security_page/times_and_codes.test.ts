import { afterAll, beforeAll, expect, test } from 'vitest'
import { newSomebody } from '../operator_page/operators.ts'
import { type PageWorld, startPageWorld } from '../operator_page/world.ts'
import { sharedBrowser } from '../shared/browser.ts'
import { button, title } from './on_page.ts'

/** The security page to somebody in Tokyo who reads British English. */
const HERE = { timezoneId: 'Asia/Tokyo', locale: 'en-GB' }
const browser = sharedBrowser()
let world: PageWorld
beforeAll(async () => {
  world = await startPageWorld()
})
afterAll(() => world?.close())

async function come() {
  const { handle, password, own } = await newSomebody(world.app)
  const context = await browser.browser.newContext(HERE)
  const page = await context.newPage()
  await page.goto(`${world.url}/account/sign-in?for=security`)
  await page.fill('#username', handle)
  await page.fill('#password', password)
  await button(page, 'Sign in').click()
  await page.fill('#code', own.recoveryCodes.pop() ?? '')
  await button(page, 'Confirm').click()
  await title(page, 'Security')
  return page
}

test('times are those of the reader’s clock, and in UTC to who points at one', async () => {
  const page = await come()
  const shown = new Intl.DateTimeFormat(HERE.locale, {
    ...{ dateStyle: 'medium', timeStyle: 'short', timeZone: HERE.timezoneId },
  })
  for (const time of await page.locator('time').all()) {
    const at = new Date((await time.getAttribute('datetime')) ?? '')
    expect(await time.textContent()).toBe(shown.format(at))
    expect(await time.getAttribute('title')).toMatch(/ UTC$/)
  }
  await page.context().close()
})
