import type { Page } from 'playwright-core'
import { beforeAll, expect, test } from 'vitest'
import { grant, signIn } from '../../lab/clients/browser_steps.ts'
import { headlessSignUp, newCredentials } from '../../lab/clients/headless_sign_in.ts'
import { startLogin } from '../../lab/clients/oauth_session.ts'
import { addAuthenticator, withoutAutofill } from '../../lab/clients/virtual_authenticator.ts'
import { inSize, sizes } from '../shared/pages/axe.ts'
import { button, item, title } from '../shared/pages/on_page.ts'
import { expectUsable } from '../shared/pages/usable.ts'
import { sharedWebAppWorld } from '../shared/web_app.ts'

/** Passkeys in Chromium, with an authenticator of its own: made, used by autofill and by button, removed. */
const world = sharedWebAppWorld()
let security: string
beforeAll(async () => {
  security = `${world.network.url}/account/security`
})

type Person = ReturnType<typeof newCredentials>
async function newPerson(name: string): Promise<Person> {
  const person = newCredentials(name)
  await headlessSignUp(world.network.url, person)
  return person
}

const newPage = async () => (await world.browser.newContext()).newPage()

/** Signs in with the password, and goes as far as to the passkeys. */
async function comeToPasskeys(page: Page, person: Person): Promise<void> {
  await page.goto(security)
  await signIn(page, person, { remember: true })
  await item(page, 'Passkey').getByRole('link', { name: 'Set up' }).click()
  await page.fill('input[name=password]', person.password)
  await button(page, 'Confirm').click()
  await title(page, 'Passkey')
}

async function make(page: Page, name: string): Promise<void> {
  await page.getByRole('textbox', { name: 'Name of the passkey' }).last().fill(name)
  await button(page, 'Add a passkey').click()
  await page.getByRole('status').getByText('Your ways to sign in have changed.').waitFor()
}

test('one is made, signs in from the field of the name, and is renamed and removed', async () => {
  const person = await newPerson('ida')
  const page = await newPage()
  const authenticator = await addAuthenticator(page)
  await comeToPasskeys(page, person)
  await make(page, 'Laptop')
  await item(page, 'Passkey').getByText('Laptop').waitFor()
  expect(await page.locator('.codes code').count()).toBe(10)
  const [passkey] = await authenticator.passkeys()
  expect(Buffer.from(passkey?.userHandle ?? '', 'base64').toString()).toMatch(/^did:plc:/)

  // The browser offers it without a click, and the person takes it.
  await page.context().clearCookies()
  await page.goto(security)
  await title(page, 'Security')
  await page.getByText(person.handle).first().waitFor()

  await item(page, 'Passkey').getByRole('link', { name: 'Change' }).click()
  await title(page, 'Confirm that it is you')
  await button(page, 'Use a passkey').click()
  await button(page, 'Use passkey').click()
  await title(page, 'Passkey')
  await button(page, 'Add a passkey').click()
  await page.getByText('That device has a passkey for your account already.').waitFor()
  await item(page, 'Laptop').getByRole('textbox').fill('Work laptop')
  await button(page, 'Rename').click()
  await item(page, 'Passkey').getByText('Work laptop').waitFor()
  await item(page, 'Passkey').getByRole('link', { name: 'Change' }).click()
  await item(page, 'Work laptop').getByRole('button', { name: 'Remove' }).click()
  await item(page, 'Passkey').getByText('Off').waitFor()
  await page.context().close()
})

test('a browser without scripts shows no button that needs them', async () => {
  const person = await newPerson('uma')
  const maker = await newPage()
  await addAuthenticator(maker)
  await comeToPasskeys(maker, person)
  await make(maker, 'Laptop')
  const recoveryCode = (await maker.locator('.codes code').first().textContent()) ?? ''
  await maker.context().close()

  const context = await world.browser.browser.newContext({
    locale: 'en-US',
    javaScriptEnabled: false,
  })
  const page = await context.newPage()
  const expectNone = async () =>
    expect([await page.title(), await page.locator('button[type=button]:visible').count()]).toEqual(
      [expect.anything(), 0],
    )
  await page.goto(security)
  await expectNone()
  await signIn(page, person)
  await title(page, 'Use your passkey')
  await expectNone()
  const why = page.locator('noscript p')
  await why.waitFor()
  expect(await why.textContent()).toBe('Using a passkey needs JavaScript.')
  await button(page, 'Use a recovery code').click()
  await page.fill('input[name=code]', recoveryCode)
  await button(page, 'Confirm').click()
  await item(page, 'Passkey').getByRole('link', { name: 'Change' }).click()
  await title(page, 'Confirm that it is you')
  await page.fill('input[name=password]', person.password)
  await button(page, 'Confirm').click()
  await title(page, 'Passkey')
  await expectNone()
  await page.goto(`${world.network.url}/account/passkey-sign-up`)
  await page.fill('input[name=handle]', 'vera')
  await page.fill('input[type=email]', 'vera@example.com')
  await page.locator('button.primary').click()
  await page.locator('noscript').first().waitFor({ state: 'attached' })
  await expectNone()
  await context.close()
})

test('by the button, for an app, with two accounts, and from a device without it', async () => {
  const ann = await newPerson('ann')
  const bob = await newPerson('bob')
  const page = await newPage()
  await withoutAutofill(page)
  const authenticator = await addAuthenticator(page)
  await comeToPasskeys(page, ann)
  await make(page, 'Phone')
  const codes = await page.locator('.codes code').allTextContents()
  const anns = await authenticator.passkeys()
  await page.context().clearCookies()
  await authenticator.take([])
  await comeToPasskeys(page, bob)
  await make(page, 'Phone')
  const bobs = await authenticator.passkeys()
  await page.context().clearCookies()

  const enter = async (url: string) => {
    await page.goto(url)
    await page.getByRole('checkbox').check()
    await button(page, 'Sign in with a passkey').click()
  }
  await enter(security)
  await page.getByText(bob.handle).first().waitFor()
  await authenticator.take(anns)
  const { url } = await startLogin(world.app)
  await page.goto(url)
  await page.getByRole('link', { name: 'Another account' }).click()
  await button(page, 'Sign in with a passkey').click()
  await grant(page)
  await page.getByText('Back in the app').waitFor()
  await authenticator.take(bobs)

  // Nothing comes of it where the person does not unlock it, and the page says so.
  await page.context().clearCookies()
  await page.goto(security)
  await authenticator.setUnlocks(false)
  await button(page, 'Sign in with a passkey').click()
  await page.getByRole('status').getByText('No passkey was used.').waitFor()
  await authenticator.setUnlocks(true)
  await button(page, 'Sign in with a passkey').click()
  await page.getByText(bob.handle).first().waitFor()

  // As the second step, after the password.
  await page.context().clearCookies()
  await page.goto(security)
  await signIn(page, bob)
  await title(page, 'Use your passkey')
  await button(page, 'Use passkey').click()
  await page.getByText(bob.handle).first().waitFor()
  await page.context().close()

  const other = await newPage()
  await other.goto(security)
  await signIn(other, ann)
  await title(other, 'Use your passkey')
  await button(other, 'Use a recovery code').click()
  await other.fill('input[name=code]', codes[0] ?? '')
  await button(other, 'Confirm').click()
  await other.getByText(ann.handle).first().waitFor()
  await other.context().close()
})

test('a page that was open for long asks for another challenge, and goes on by itself', async () => {
  const person = await newPerson('ora')
  const page = await newPage()
  await withoutAutofill(page)
  await addAuthenticator(page)
  const clickLate = async (name: string) => {
    await page.evaluate('performance.now = () => 600_000')
    await button(page, name).click()
  }
  await comeToPasskeys(page, person)
  await page.getByRole('textbox', { name: 'Name of the passkey' }).last().fill('Phone')
  await clickLate('Add a passkey')
  await item(page, 'Passkey').getByText('Phone').waitFor()
  await item(page, 'Passkey').getByRole('link', { name: 'Change' }).click()
  await page.context().clearCookies()
  await page.goto(security)
  await clickLate('Sign in with a passkey')
  await title(page, 'Security')
  await item(page, 'Passkey').getByRole('link', { name: 'Change' }).click()
  await button(page, 'Use a passkey').click()
  await title(page, 'Confirm that it is you')
  await clickLate('Use passkey')
  await title(page, 'Passkey')
  await page.context().clearCookies()
  await page.goto(security)
  await signIn(page, person)
  await title(page, 'Use your passkey')
  await clickLate('Use passkey')
  await title(page, 'Security')
  await page.context().close()
})

test('a double click asks for one once', async () => {
  const person = await newPerson('eve')
  const page = await newPage()
  await withoutAutofill(page)
  await addAuthenticator(page)
  await comeToPasskeys(page, person)
  await make(page, 'Phone')
  await page.context().clearCookies()
  // The person is asked, and takes a while.
  await page.addInitScript(() => {
    const { credentials } = navigator
    const get = credentials.get.bind(credentials)
    const { promise: touched, resolve: touch } = Promise.withResolvers<void>()
    const asked: CredentialRequestOptions[] = []
    Object.assign(window, { asked, touch })
    credentials.get = async (options = {}) => {
      asked.push(options)
      await touched
      return get(options)
    }
  })
  await page.goto(security)
  await button(page, 'Sign in with a passkey').dblclick()
  expect(await page.evaluate('asked.length')).toBe(1)
  await page.evaluate('touch()')
  await title(page, 'Security')
  await page.context().close()
})

test('an account is made with one, for an app, and signs in again', async () => {
  const page = await newPage()
  await withoutAutofill(page)
  await addAuthenticator(page)
  const { url } = await startLogin(world.app)
  await page.goto(url)
  await signUpOnPage(page, newCredentials('pia'))
  await title(page, 'Your account is ready')
  expect(await page.locator('.codes code').count()).toBe(10)
  await page.getByRole('link', { name: 'Continue' }).click()
  await grant(page)
  await page.getByText('Back in the app').waitFor()
  await page.context().clearCookies()
  await page.goto(security)
  await button(page, 'Sign in with a passkey').click()
  await title(page, 'Security')
  await item(page, 'Password').getByText('None.').waitFor()
  await page.context().close()
})

/** From the sign-in page, as far as to the passkey, which is made then. */
async function signUpOnPage(page: Page, person: Person, look?: () => Promise<void>): Promise<void> {
  await page.getByRole('link', { name: 'Create a new account with a passkey' }).click()
  await title(page, 'Create an account with a passkey')
  await look?.()
  await page.fill('input[name=handle]', person.handle.split('.', 1)[0] ?? '')
  await page.fill('input[name=email]', person.email)
  await button(page, 'Next').click()
  await title(page, 'Make your passkey')
  await button(page, 'Make the passkey').click()
}

test.each(sizes)('nothing that hinders people, %s', async (size) => {
  const person = await newPerson(`v${size}`)
  await inSize(world.browser, size, async (page) => {
    const look = (name?: string) => expectUsable(page, size, name)
    await withoutAutofill(page)
    await addAuthenticator(page)
    await page.goto(security)
    await button(page, 'Sign in with a passkey').waitFor()
    await look()
    await comeToPasskeys(page, person)
    await make(page, 'Phone')
    await item(page, 'Passkey').getByRole('link', { name: 'Change' }).click()
    await title(page, 'Passkey')
    await look('passkeys')
    await page.context().clearCookies()
    await page.goto(security)
    await signIn(page, person)
    await title(page, 'Use your passkey')
    await look('sign-in-passkey')
    await page.context().clearCookies()
    await page.goto(security)
    await signUpOnPage(page, newCredentials(`w${size}`), () => look('sign-up-passkey'))
    await title(page, 'Your account is ready')
    // They are others with each run.
    await page.locator('.codes code').evaluateAll((all) => {
      for (const each of all) each.textContent = 'ABCD-EFGH-IJKL-MNOP'
    })
    await look('sign-up-codes')
  })
})
