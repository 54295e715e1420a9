import type { BrowserContext, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { fillInSignUp, grant, signIn } from '../../lab/clients/browser_steps.ts'
import { headlessSignUp, newCredentials } from '../../lab/clients/headless_sign_in.ts'
import { finishLogin, startLogin } from '../../lab/clients/oauth_session.ts'
import { startWebApp, type WebApp } from '../../lab/clients/web_app.ts'
import { type Network, startNetwork } from '../../lab/world/network.ts'
import { refusalWords, UNAVAILABLE, WRONG_CODE } from '../../oauth/pages/refusal_words.ts'
import { revocationNote } from '../../oauth/pages/revocation_note.ts'
import { sharedAuthority } from '../shared/authority.ts'
import { sharedBrowser } from '../shared/browser.ts'
import { SIZES } from '../shared/pages/axe.ts'

/** What the provider's forms say of a mistake, and its pages of an app that is revoked. */
const browser = sharedBrowser()
let network: Network
let webApp: WebApp
const person = newCredentials('ada')
const other = newCredentials('other')
const WRONG = 'AAAAA-AAAAA'
const NOTHING_SAID = 'The data you submitted is invalid. Please check the form and try again.'

beforeAll(async () => {
  network = await startNetwork({ ca: await sharedAuthority() })
  webApp = await startWebApp(network)
  await headlessSignUp(network.url, person)
  await headlessSignUp(network.url, other)
})
afterAll(async () => {
  await webApp?.host.close()
  await network?.close()
})

let context: BrowserContext
let page: Page
beforeEach(async () => {
  context = await browser.newContext()
  page = await context.newPage()
})
afterEach(() => context?.close())

const button = (name: string | RegExp) => page.getByRole('button', { name }).last()
const alert = () => page.locator('form [role=alert] p, p[role=alert]')
const failure = () =>
  page.locator('[data-slot=toast][data-type=error] [data-slot=toast-description]').first()

async function manage() {
  await page.goto(`${network.url}/account`)
  await signIn(page, person, { remember: true })
  await page.getByText('Manage your account').waitFor()
  await page.goto(`${network.url}/account/u/${person.handle}/manage`)
  await page.getByText('Email address').first().waitFor()
}

/** Each way to enter what is wrong, and what is said of it. */
const MISTAKES: [string, () => Promise<unknown>, string][] = [
  [
    'verify e-mail: wrong code',
    async () => {
      await manage()
      await button('Verify').click()
      await button(/already have a code/i).click()
      await page.fill('input[name=code]', WRONG)
      await button('Submit').click()
    },
    refusalWords[WRONG_CODE]?.en ?? '',
  ],
  [
    'change e-mail: an address of another',
    async () => {
      await manage()
      await page.getByText('Email address').first().click()
      await page.fill('input[name=email]', other.email)
      await button('Submit').click()
    },
    'This email is already used',
  ],
  [
    'delete account: wrong code',
    async () => {
      await manage()
      await button('Delete account').click()
      await button('Send email').click()
      await page.fill('input[name=code]', WRONG)
      await page.fill('input[name=password]', person.password)
      await button('Delete my account').click()
      await button('Yes, delete my account').click()
    },
    refusalWords[WRONG_CODE]?.en ?? '',
  ],
  [
    'delete account: wrong password',
    async () => {
      await manage()
      await button('Delete account').click()
      await button('Send email').click()
      await page.fill('input[name=code]', WRONG)
      await page.fill('input[name=password]', 'not the password')
      await button('Delete my account').click()
      await button('Yes, delete my account').click()
    },
    'Wrong identifier or password',
  ],
  [
    'forgotten password: wrong code',
    async () => {
      await page.goto(`${network.url}/account/reset-password`)
      await page.getByRole('link', { name: 'I already have a code' }).click()
      await page.fill('input[name=code]', WRONG)
      await page.fill('input[name=password]', 'a new good password')
      await button('Save password').click()
    },
    refusalWords[WRONG_CODE]?.en ?? '',
  ],
]

test('who deletes the account is told so, once', async () => {
  const leaving = newCredentials('leaving')
  await headlessSignUp(network.url, leaving)
  await page.goto(`${network.url}/account`)
  await signIn(page, leaving)
  await page.getByText('Manage your account').click()
  await button('Delete account').click()
  await button('Send email').click()
  const mail = await network.smtp.waitForMail(leaving.email, ({ text }) =>
    /delete your account/i.test(text ?? ''),
  )
  const [code = ''] = /[A-Z2-7]{5}-[A-Z2-7]{5}/.exec(mail.text ?? '') ?? []
  await page.fill('input[name=code]', code)
  await page.fill('input[name=password]', leaving.password)
  await button('Delete my account').click()
  await button('Yes, delete my account').click()
  const deleted = page.getByRole('status').getByText('Your account has been deleted.')
  await deleted.waitFor()
  await page.reload()
  await page.getByRole('heading', { name: 'Sign in' }).waitFor()
  expect(await deleted.count()).toBe(0)
})

describe('a mistake is called by its name', () => {
  test.each(MISTAKES)('%s', async (name, make, words) => {
    await make()
    // The last step of a deletion is no form.
    const said = name.startsWith('delete') ? failure() : alert()
    await expect.poll(() => said.textContent(), { timeout: 60_000 }).toBe(words)
    expect(await page.getByText(NOTHING_SAID).count()).toBe(0)
    expect(await page.getByText(/unknown error|unexpected error/).count()).toBe(0)
  })

  test('change e-mail: wrong code, and the right one thereafter', async () => {
    await manage()
    await button('Verify').click()
    await button('Send verification code').click()
    const mail = await network.smtp.waitForMail(person.email, ({ subject }) =>
      /confirm/i.test(subject ?? ''),
    )
    const [code = ''] = /[A-Z2-7]{5}-[A-Z2-7]{5}/.exec(mail.text ?? '') ?? []
    await page.fill('input[name=code]', code)
    await button('Submit').click()
    await page.getByText('Email not verified').waitFor({ state: 'hidden' })

    await page.getByText('Email address').first().click()
    await page.fill('input[name=email]', `new-${person.email}`)
    const asked = network.smtp.mails.length
    await button('Submit').click()
    await page.locator('input[name=code]').waitFor()
    await expect.poll(() => network.smtp.mails.length, { timeout: 60_000 }).toBeGreaterThan(asked)
    await page.fill('input[name=code]', WRONG)
    await button('Submit').click()
    const words = refusalWords[WRONG_CODE]?.en as string
    await expect.poll(() => alert().textContent(), { timeout: 60_000 }).toBe(words)
    expect(await failure().textContent()).toBe(words)
    const update = network.smtp.mails.slice(asked).at(-1)
    const [right = ''] = /[A-Z2-7]{5}-[A-Z2-7]{5}/.exec(update?.text ?? '') ?? []
    await page.fill('input[name=code]', right)
    await button('Submit').click()
    await page.getByText('Email address successfully updated').waitFor()
    expect(await alert().count()).toBe(0)
    person.email = `new-${person.email}`
  })
})

test('the language that was chosen on the page is the one of what is added', async () => {
  await manage()
  await page.getByRole('combobox', { name: 'Language' }).click()
  await page.getByRole('option', { name: /Français/ }).click()
  await page.waitForFunction(() => document.documentElement.lang === 'fr')
  await page.getByRole('link', { name: 'Applications' }).first().click()
  const note = page.locator('#revocation-note')
  await note.waitFor()
  expect(await note.textContent()).toBe(revocationNote('fr', 15))
})

describe.each(Object.entries(SIZES))('the note on the apps, %s', (size, viewport) => {
  test('needs no scrolling, and no message covers it', async () => {
    await page.setViewportSize(viewport)
    const login = await startLogin(webApp.app)
    const callback = page.waitForURL((url) => url.pathname === '/callback')
    await page.goto(String(login.url))
    await signIn(page, person, { remember: true })
    await grant(page)
    await callback
    await finishLogin(webApp.app, login, new URL(page.url()))
    await page.goto(`${network.url}/account/u/${person.handle}/apps`)
    const note = page.locator('#revocation-note')
    await note.waitFor()
    const scrolls = () =>
      page.evaluate(() => {
        const { scrollHeight, clientHeight, scrollWidth, clientWidth } = document.documentElement
        return scrollHeight > clientHeight || scrollWidth > clientWidth
      })
    expect(await scrolls()).toBe(false)
    const shots = process.env.PAGES_SHOTS
    if (shots) await page.screenshot({ path: `${shots}/apps-${size}.png` })
    await button('Details').click()
    await button('Revoke access').click()
    // Both at once, where the message comes to rest: it goes after some seconds.
    const places = await page.waitForFunction(() => {
      const toast = document.querySelector('[data-slot=toast]')
      const isMoving = toast?.getAnimations().some(({ playState }) => playState === 'running')
      const message = toast?.getBoundingClientRect()
      const text = document.querySelector('#revocation-note')?.getBoundingClientRect()
      if (isMoving || !message?.height || !text?.height) return null
      return { below: text.bottom, top: message.top }
    })
    const { below, top } = (await places.jsonValue()) as { below: number; top: number }
    expect(below).toBeLessThanOrEqual(top)
    if (shots) await page.screenshot({ path: `${shots}/revoked-${size}.png` })
    expect(await scrolls()).toBe(false)
  })
})

test('a sign-up while PLC is away: what happened, and what to do', async () => {
  await network.plc.close()
  await page.goto(`${network.url}/account/sign-up`)
  await fillInSignUp(page, newCredentials('away'))
  const words = refusalWords[UNAVAILABLE]?.en as string
  await expect.poll(() => alert().textContent(), { timeout: 60_000 }).toBe(words)
})
