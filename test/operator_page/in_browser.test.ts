import type { Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { signIn } from '../../lab/clients/steps.ts'
import { formOf } from '../../operator/paths.ts'
import { newPerson } from '../factors/person.ts'
import { inSize, sizes } from '../pages/axe.ts'
import { expectUsable } from '../pages/usable.ts'
import { signUpWith } from '../security_page/guest.ts'
import { button, title } from '../security_page/on_page.ts'
import { command, newSomebody } from './operators.ts'
import { type PageWorld, startPageWorld } from './world.ts'

let world: PageWorld
beforeAll(async () => {
  world = await startPageWorld()
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
  const { browser } = world.browser
  const context = await browser.newContext({ javaScriptEnabled: false, locale: 'en-US' })
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
  const page = await (await world.browser.newContext()).newPage()
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

test.each(sizes)('nothing that hinders people, %s', async (size) => {
  await inSize(world.browser, size, async (page) => {
    const person = await newSomebody(world.app)
    await page.goto(`${world.url}/operator`)
    await expectUsable(page, size)
    await page.goto(await world.newLink())
    await expectUsable(page, size)
    await button(page, 'Go in').click()
    await title(page, 'Overview')
    await expectUsable(page, size, 'operator')
    expect(await page.locator('script').count()).toBe(0)
    await page.getByRole('link', { name: 'Commands' }).click()
    await title(page, 'Commands')
    await expectUsable(page, size)
    await page.goto(world.url + formOf('account factors'))
    await expectUsable(page, size, 'operator-form')
    await page.locator('#account').fill(person.handle)
    await page.locator('#remove').selectOption('totp')
    await page.locator('main button').click()
    await page.getByText(`Remove totp from ${person.handle}?`).waitFor()
    await expectUsable(page, size)
    await button(page, 'Yes').click()
    await page.getByRole('status').waitFor()
    await expectUsable(page, size)
    await page.getByRole('link', { name: 'Accounts' }).click()
    await title(page, 'Account list')
    await expectUsable(page, size, 'operator-accounts')
    await page.getByRole('link', { name: person.did }).click()
    await title(page, 'Account show')
    await page.getByRole('link', { name: 'Reset-password' }).waitFor()
    await expectUsable(page, size, 'operator-account')
    await page.goto(`${world.url}/operator/link?link=none`)
    await button(page, 'Go in').click()
    await expectUsable(page, size)
  })
})

test.each(sizes)('a person invites somebody, and an operator sees whom, %s', async (size) => {
  await inSize(world.browser, size, async (page) => {
    const person = await newPerson(world.app)
    await page.goto(`${world.url}/account/security`)
    await signIn(page, person)
    await title(page, 'Security')
    await button(page, 'Make an invite code').click()
    await page.getByText('The new code is the first in the list.').waitFor()
    await expectUsable(page, size)
    expect(await page.locator('script').count()).toBe(0)
    const code = (await page.locator('code.whole').textContent()) ?? ''
    await page.getByRole('link', { name: 'Sign-up page with this code' }).click()
    expect(await page.locator('input[name=invite]').inputValue()).toBe(code)
    const guest = await signUpWith(world.app, code)
    await page.goto(`${world.url}/account/security`)
    await page.getByText(`Used by @${guest.handle}`).waitFor()
    await enter(page)
    await page.goto(world.url + formOf('invite list', { account: person.did }))
    await expectUsable(page, size)
    await page.getByRole('link', { name: guest.handle }).click()
    await title(page, 'Account show')
    await page.getByRole('link', { name: person.handle }).waitFor()
  })
})
