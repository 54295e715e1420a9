import { afterAll, beforeAll, expect, test } from 'vitest'
import { sharedBrowser } from '../shared/browser.ts'
import { type PageWorld, startPageWorld } from '../shared/operator_page.ts'

/** In the few colours that a person has chosen for all pages, a border that was transparent has one of them. */
const browser = sharedBrowser()
let world: PageWorld
beforeAll(async () => {
  world = await startPageWorld()
})
afterAll(() => world?.close())

test('what opens the languages has an arrow, and no box', async () => {
  for (const forcedColors of ['none', 'active'] as const) {
    const page = await (await browser.browser.newContext({ forcedColors })).newPage()
    await page.goto(`${world.url}/account/sign-in`)
    const [top, ...others] = await page.locator('summary').evaluate((summary) => {
      const arrow = getComputedStyle(summary, '::after')
      const main = getComputedStyle(summary.closest('main') as Element)
      const seen = (color: string) =>
        /^rgba\(.*, 0\)$/.test(color) || color === main.backgroundColor ? 'unseen' : 'seen'
      return [arrow.borderTopColor, arrow.borderLeftColor, arrow.borderRightColor].map(seen)
    })
    expect([forcedColors, top, ...others]).toEqual([forcedColors, 'seen', 'unseen', 'unseen'])
    await page.context().close()
  }
})
