import type { Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { sharedBrowser } from '../shared/browser.ts'
import { type PageWorld, startPageWorld } from '../shared/operator_page.ts'
import { title } from '../shared/pages/on_page.ts'
import { newSomebody } from '../shared/people/operators.ts'

const browser = sharedBrowser()
let world: PageWorld
beforeAll(async () => {
  world = await startPageWorld()
})
afterAll(() => world?.close())

/** Milliseconds between two presses of somebody who waits. */
const PAUSE = 400
/** What the page says after the second one. */
const PRESSED = 'pressed'

/** Presses the button of the page's first form, and again while the answer is on its way. @returns how many were sent */
async function pressTwice(page: Page): Promise<number> {
  let sent = 0
  // Nothing else is heard of a page that is about to go.
  const isPressed = page.waitForEvent('console', (said) => said.text() === PRESSED)
  await page.route('**/form/**', async (route) => {
    sent++
    await isPressed
    // The browser may have given it up.
    await route.continue().catch(() => {})
  })
  const loaded = page.waitForEvent('load')
  await page.evaluate(
    ([pause, pressed]) => {
      const press = () =>
        document.querySelector<HTMLElement>('main form button:not([type=button])')?.click()
      press()
      setTimeout(press, pause)
      setTimeout(() => console.log(pressed), 2 * pause)
    },
    [PAUSE, PRESSED] as const,
  )
  await loaded
  await page.unroute('**/form/**')
  return sent
}

test('who presses a button twice has sent its form once, so that a code counts', async () => {
  const { handle, password, own } = await newSomebody(world.app)
  const page = await (await browser.newContext()).newPage()
  await page.goto(`${world.url}/account/sign-in?for=security&step=sign-in`)
  await page.fill('input[name=username]', handle)
  await page.fill('input[name=password]', password)
  expect(await pressTwice(page)).toBe(1)
  await title(page, 'Enter your code')
  await page.fill('input[name=code]', own.recoveryCodes.pop() ?? '')
  expect(await pressTwice(page)).toBe(1)
  await title(page, 'Security')
  await page.context().close()
})

test('a form can be sent again once its answer was there', async () => {
  const { handle } = await newSomebody(world.app)
  const page = await (await browser.newContext()).newPage()
  await page.goto(`${world.url}/account/sign-in?step=sign-in`)
  for (const wrong of ['first', 'second']) {
    await page.fill('input[name=username]', handle)
    await page.fill('input[name=password]', wrong)
    expect(await pressTwice(page)).toBe(1)
    await page.getByRole('alert').getByText('Wrong username or password').waitFor()
  }
  await page.context().close()
})
