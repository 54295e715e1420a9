import type { Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { LANGUAGE_NAMES, PAGE_LANGUAGES } from '../../http/language.ts'
import { securityTexts } from '../../pages/security/locales/index.ts'
import { sharedBrowser } from '../shared/browser.ts'
import { type PageWorld, startPageWorld } from '../shared/operator_page.ts'
import { newPerson } from '../shared/people/person.ts'

/** The provider's own pages, whose script would begin in the language of the browser. */
const browser = sharedBrowser()
let world: PageWorld
beforeAll(async () => {
  world = await startPageWorld()
})
afterAll(() => world?.close())

async function inEnglish(work: (page: Page) => Promise<void>): Promise<void> {
  const context = await browser.newContext()
  await work(await context.newPage())
  await context.close()
}

/** Waits until the script shows a page in a language. */
async function isIn(page: Page, language: keyof typeof LANGUAGE_NAMES): Promise<void> {
  await page
    .locator('[data-slot=select-trigger]')
    .filter({ hasText: LANGUAGE_NAMES[language] })
    .waitFor()
  expect(await page.locator('html').getAttribute('lang')).toBe(language)
}

test('a person signs up in the language that they chose', () =>
  inEnglish(async (page) => {
    for (const language of PAGE_LANGUAGES) {
      await page.goto(`${world.url}/account/sign-up?lang=${language}`)
      await isIn(page, language)
    }
  }))

test('from a sign-in to the account, and from there to the security page', () =>
  inEnglish(async (page) => {
    const { handle, password } = await newPerson(world.app)
    await page.goto(`${world.url}/account?lang=ko`)
    await page.fill('input[name=username]', handle)
    await page.fill('input[name=password]', password)
    await page.keyboard.press('Enter')
    await isIn(page, 'ko')
    const link = page.locator('a[href*="/account/security"][href*="lang=ko"]').first()
    await page.goto((await link.getAttribute('href')) ?? '')
    await page.getByRole('heading', { level: 1, name: securityTexts.ko.title }).waitFor()
  }))
