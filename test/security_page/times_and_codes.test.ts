import { readFileSync } from 'node:fs'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { sharedBrowser } from '../shared/browser.ts'
import { type PageWorld, startPageWorld } from '../shared/operator_page.ts'
import { button, title } from '../shared/pages/on_page.ts'
import { newSomebody } from '../shared/people/operators.ts'

/** The security page to somebody in Tokyo who reads British English. */
const HERE = { timezoneId: 'Asia/Tokyo', locale: 'en-GB' }
const browser = sharedBrowser()
let world: PageWorld
beforeAll(async () => {
  world = await startPageWorld()
})
afterAll(() => world?.close())

async function come(javaScriptEnabled = true) {
  const { handle, password, own } = await newSomebody(world.app)
  const context = await browser.browser.newContext({ ...HERE, javaScriptEnabled })
  const page = await context.newPage()
  await page.goto(`${world.url}/account/sign-in?for=security`)
  await page.fill('#username', handle)
  await page.fill('#password', password)
  await button(page, 'Sign in').click()
  await page.fill('#code', own.recoveryCodes.pop() ?? '')
  await button(page, 'Confirm').click()
  await title(page, 'Security')
  return { page, handle, password }
}

test('times are those of the reader’s clock, and in UTC to who points at one', async () => {
  const { page } = await come()
  await page.waitForLoadState()
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

test('a print of recovery codes has nothing besides, and no dark colours', async () => {
  const { page, handle, password } = await come()
  await page.goto(`${world.url}/account/security/recovery-codes`)
  await page.fill('#password', password)
  await button(page, 'Confirm').click()
  await button(page, 'Make new ones').click()
  await title(page, 'Security')
  await page.emulateMedia({ media: 'print', colorScheme: 'dark' })
  const seen = (selector: string) => page.locator(selector).filter({ visible: true })
  expect(await seen('.codes code').count()).toBe(10)
  expect(await seen('main p').allTextContents()).toEqual([
    ...['Example', `@${handle}`, 'Your ways to sign in have changed.'],
    ...['Your recovery codes:', expect.stringContaining('not shown again')],
  ])
  expect(await seen('main :is(h2,a,button,summary,input)').count()).toBe(0)
  expect(
    await page
      .locator('code')
      .first()
      .evaluate((code) => getComputedStyle(code).color),
  ).toBe('rgb(10, 10, 10)')
  await page.context().close()
})

test.each([true, false])(
  'recovery codes are saved as a file, with scripts: %s',
  async (scripts) => {
    const { page, handle, password } = await come(scripts)
    await page.goto(`${world.url}/account/security/recovery-codes`)
    await page.fill('#password', password)
    await button(page, 'Confirm').click()
    await button(page, 'Make new ones').click()
    await title(page, 'Security')
    const codes = await page.locator('.codes li').allTextContents()
    const download = page.waitForEvent('download')
    await page.getByRole('link', { name: 'Save as a file' }).click()
    const saved = await download
    expect(saved.suggestedFilename()).toBe(`recovery-codes-${handle}.txt`)
    const text = readFileSync(await saved.path(), 'utf8')
    expect(text).toBe(`Recovery codes: @${handle}\n\n${codes.join('\n')}\n`)
    expect(codes).toHaveLength(10)
    await page.context().close()
  },
)
