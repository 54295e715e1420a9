import type { Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { signIn } from '../../lab/clients/browser_steps.ts'
import { descriptions } from '../../operator/descriptions/index.ts'
import { formOf } from '../../operator/paths.ts'
import { edgeContrast } from '../pages/contrast.ts'
import { signUpWith } from '../security_page/invited.ts'
import { sharedBrowser } from '../shared/browser.ts'
import { type PageWorld, startPageWorld } from '../shared/operator_page.ts'
import { findingsIn, inEachTheme, inSize, SIZES, sizes } from '../shared/pages/axe.ts'
import { button, title } from '../shared/pages/on_page.ts'
import { withoutOwnLines } from '../shared/pages/own_lines.ts'
import { expectUsable, isTooWide } from '../shared/pages/usable.ts'
import { command, newSomebody } from '../shared/people/operators.ts'
import { newPerson } from '../shared/people/person.ts'
import { fill } from './fill.ts'

/** What WCAG 2.1 asks of what is to be told from its surroundings (1.4.11). */
const EDGE_CONTRAST = 3
const browser = sharedBrowser()
let world: PageWorld
beforeAll(async () => {
  world = await startPageWorld()
  await fill(world.app)
})
afterAll(() => world?.close())

/** Goes in by a link. */
async function enter(page: Page): Promise<void> {
  await page.goto(await world.newLink())
  await button(page, 'Go in').click()
  await title(page, 'Overview')
}

test('an operator comes in by the sign-in page, without scripts, and goes out again', async () => {
  const person = await newSomebody(world.app)
  await command(world.app, 'operator/add', { account: person.did })
  const context = await browser.browser.newContext({ javaScriptEnabled: false, locale: 'en-US' })
  const page = await context.newPage()
  await page.goto(`${world.url}/operator`)
  await page.getByRole('link', { name: 'Sign in' }).click()
  await signIn(page, person)
  await page.locator('input[name=code]').fill(person.own.recoveryCodes.pop() as string)
  await page.keyboard.press('Enter')
  await title(page, 'Overview')
  await page.getByText(`Operator: ${person.handle}`).waitFor()
  await button(page, 'Sign out').click()
  await title(page, "The operator's page")
  await context.close()
})

test('another site that leads here shows no session, and the way in goes on from there', async () => {
  const page = await (await browser.newContext()).newPage()
  await enter(page)
  await page.goto('data:text/html,<p>elsewhere')
  await page.setContent(`<a href="${world.url}/operator">there</a>`)
  await page.getByRole('link').click()
  await title(page, "The operator's page")
  await page.reload()
  await page.goto(`${world.url}/operator`)
  await title(page, 'Overview')
  await page.context().close()
})

test('who has a keyboard alone comes to the content with one step', async () => {
  const page = await (await browser.newContext()).newPage()
  await enter(page)
  await page.goto(world.url + formOf('account set-email'))
  expect(await page.getByRole('link', { name: 'Accounts' }).getAttribute('aria-current')).toBe(null)
  const skip = page.getByRole('link', { name: 'Skip to the content' })
  await page.keyboard.press('Tab')
  expect(await skip.evaluate((link) => link === document.activeElement)).toBe(true)
  await page.waitForFunction(() => (document.activeElement?.getBoundingClientRect().top ?? -1) >= 0)
  await page.keyboard.press('Enter')
  await page.keyboard.press('Tab')
  expect(await page.evaluate(() => document.activeElement?.id)).toBe('account')
  await page.goto(world.url + formOf('account list'))
  const here = page.locator('header [aria-current=page]')
  expect(await here.allTextContents()).toEqual(['Accounts'])
  await page.context().close()
})

test.each(sizes)('nothing that hinders people, %s', async (size) => {
  await inSize(browser, size, async (page) => {
    const person = await newSomebody(world.app)
    await page.goto(`${world.url}/operator`)
    await expectUsable(page, size)
    await page.goto(await world.newLink())
    await expectUsable(page, size)
    await button(page, 'Go in').click()
    await title(page, 'Overview')
    await expectUsable(page, size, 'operator')
    expect(withoutOwnLines(await page.content())).not.toContain('<script')
    await page.getByRole('link', { name: 'Commands' }).click()
    await title(page, 'Commands')
    await expectUsable(page, size)
    await page.goto(world.url + formOf('account factors'))
    await expectUsable(page, size, 'operator-form')
    await page.locator('#account').fill(person.handle)
    await page.locator('#remove').selectOption('totp')
    await page.locator('main button').click()
    await page.getByText(`Remove totp from ${person.handle} (${person.did})?`).waitFor()
    await expectUsable(page, size)
    await button(page, 'Yes').click()
    await page.getByRole('status').waitFor()
    await expectUsable(page, size)
    await inEachTheme(page, async (theme) => {
      const ratio = await edgeContrast(page.getByRole('status'))
      expect(ratio, theme).toBeGreaterThanOrEqual(EDGE_CONTRAST)
    })
    await page.getByRole('link', { name: 'Accounts' }).click()
    await title(page, 'Account list')
    await expectUsable(page, size, 'operator-accounts')
    await page.getByRole('link', { name: 'Next page' }).click()
    await page.getByRole('cell', { name: 'seeded-' }).first().waitFor()
    await page.locator('#search').fill(person.handle)
    await page.locator('#standing').check()
    await button(page, 'Show').click()
    await page.getByRole('cell', { name: 'active' }).waitFor()
    await page.getByRole('link', { name: person.did }).click()
    await title(page, 'Account show')
    await page.getByRole('link', { name: 'Reset password' }).waitFor()
    await expectUsable(page, size, 'operator-account')
    await page.goto(`${world.url}/operator/link?link=none`)
    await button(page, 'Go in').click()
    await title(page, 'This link does not work')
    await expectUsable(page, size)
  })
})

/** Of which pictures are taken. */
const SHOWN: Record<string, string> = {
  doctor: 'operator-doctor',
  trail: 'operator-trail',
  'limits list': 'operator-limits',
}

/** Widths of small windows and tablets, CSS pixels: on both sides of where tables begin, and columns. */
const BETWEEN = [640, 961, 1200, 1201]

test('each command has a page that hinders nobody in any size', async () => {
  const person = await newSomebody(world.app)
  await inSize(browser, 'desktop', async (page) => {
    await enter(page)
    for (const { words, takes } of descriptions) {
      const filled: Record<string, string> =
        'account' in takes && words !== 'trail' ? { account: person.did } : {}
      await page.goto(world.url + formOf(words, filled))
      // Nothing is pressed there, so it need not be opened for each.
      for (const size of sizes) {
        await page.setViewportSize(SIZES[size])
        if (words in SHOWN) await expectUsable(page, size, SHOWN[words])
        else {
          const seen = [words, size, await findingsIn(page), await isTooWide(page)]
          expect(seen).toEqual([words, size, [], false])
        }
      }
      for (const width of BETWEEN) {
        await page.setViewportSize({ ...SIZES.desktop, width })
        expect([words, width, await isTooWide(page)]).toEqual([words, width, false])
      }
      await page.setViewportSize(SIZES.desktop)
    }
  })
})

test.each(sizes)('a person invites somebody, and an operator sees whom, %s', async (size) => {
  await inSize(browser, size, async (page) => {
    const person = await newPerson(world.app)
    await page.goto(`${world.url}/account/security`)
    await signIn(page, person)
    await title(page, 'Security')
    await button(page, 'Make an invite code').click()
    await page.getByText('The new code is the first in the list.').waitFor()
    await expectUsable(page, size)
    const code = (await page.locator('code.whole').textContent()) ?? ''
    await page.context().grantPermissions(['clipboard-read', 'clipboard-write'])
    await button(page, 'Copy').click()
    await button(page, 'Copied').waitFor()
    expect(await page.evaluate('navigator.clipboard.readText()')).toBe(code)
    await page.getByRole('link', { name: 'Sign-up page with this code' }).click()
    expect(await page.locator('input[name=invite]').inputValue()).toBe(code)
    const guest = await signUpWith(world.app, code)
    await page.goto(`${world.url}/account/security`)
    await page.getByText(`Used by @${guest.handle}`).waitFor()
    await enter(page)
    await page.goto(world.url + formOf('invite list', { account: person.did }))
    await expectUsable(page, size)
    expect(await button(page, 'Copy').count()).toBe(1)
    await page.getByRole('link', { name: guest.handle }).click()
    await title(page, 'Account show')
    await page.getByRole('link', { name: person.handle }).waitFor()
  })
})
