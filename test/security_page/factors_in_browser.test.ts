import qrReader from 'jsqr'
import type { Page } from 'playwright-core'
import { beforeAll, expect, test } from 'vitest'
import { signIn } from '../../lab/clients/browser_steps.ts'
import { headlessSignUp, newCredentials } from '../../lab/clients/headless_sign_in.ts'
import { qrCode } from '../../pages/security/qr_code.ts'
import { inSize, sizes } from '../shared/pages/axe.ts'
import { button, item, title } from '../shared/pages/on_page.ts'
import { expectUsable } from '../shared/pages/usable.ts'
import { type Authenticator, codesOf } from '../shared/people/authenticator.ts'
import { sharedWebAppWorld } from '../shared/web_app.ts'

/** The ways to sign in, in Chromium: from the first factor to none, and the codes of another maker. */
const world = sharedWebAppWorld()
let page: string
beforeAll(async () => {
  page = `${world.network.url}/account/security`
})

type Person = ReturnType<typeof newCredentials>
async function newPerson(name: string): Promise<Person> {
  const person = newCredentials(name)
  await headlessSignUp(world.network.url, person)
  return person
}

async function comeTo(browser: Page, person: Person): Promise<void> {
  await browser.goto(page)
  await signIn(browser, person, { remember: true })
}

/** From the page to a task, with the proof before it. */
async function begin(browser: Page, way: string, change: string, person: Person): Promise<void> {
  await item(browser, way).getByRole('link', { name: change }).click()
  const password = browser.locator('input[name=password]')
  await password.or(button(browser, change)).first().waitFor()
  if (!(await password.count())) return
  await password.fill(person.password)
  await button(browser, 'Confirm').click()
}

/** Gives a person an authenticator. @returns what shows its codes */
async function setUp(browser: Page, person: Person): Promise<Authenticator['code']> {
  await comeTo(browser, person)
  await begin(browser, 'Authenticator app', 'Set up', person)
  await button(browser, 'Set up').click()
  const secret = (await browser.locator('code').textContent()) ?? ''
  const code = codesOf(secret.replaceAll(' ', ''))
  await enterCode(browser, code())
  await browser.locator('.codes code').first().waitFor()
  return code
}

async function signOut(browser: Page): Promise<void> {
  await item(browser, 'This browser').getByRole('button', { name: 'Sign out' }).click()
  await title(browser, 'Sign in')
}

async function enterCode(browser: Page, code: string): Promise<void> {
  await browser.locator('input[name=code]').fill(code)
  await button(browser, 'Confirm').click()
}

/** What an app reads from the QR code, as the browser draws it. */
async function scan(browser: Page): Promise<string | undefined> {
  const picture = await browser.locator('.qr svg').evaluate((svg) => svg.outerHTML)
  const blank = await browser.context().newPage()
  const { side, pixels } = await blank.evaluate(async (source) => {
    const side = 400
    const image = new Image(side, side)
    image.src = `data:image/svg+xml,${encodeURIComponent(source)}`
    await image.decode()
    const canvas = document.createElement('canvas')
    canvas.width = canvas.height = side
    const context = canvas.getContext('2d') as CanvasRenderingContext2D
    context.drawImage(image, 0, 0, side, side)
    return { side, pixels: [...context.getImageData(0, 0, side, side).data] }
  }, picture)
  await blank.close()
  return qrReader.default(Uint8ClampedArray.from(pixels), side, side)?.data
}

test('without scripts: an authenticator, its codes, recovery codes, and none of it', async () => {
  const person = await newPerson('tia')
  const context = await world.browser.browser.newContext({
    javaScriptEnabled: false,
    ignoreHTTPSErrors: true,
    locale: 'en-US',
  })
  const browser = await context.newPage()
  const code = await setUp(browser, person)
  const codes = await browser.locator('.codes code').allTextContents()
  expect(codes).toHaveLength(10)
  await signOut(browser)

  // With the code of the app, which counts once.
  await signIn(browser, person, { remember: true })
  await title(browser, 'Enter your code')
  const used = code(1)
  await enterCode(browser, used)
  await title(browser, 'Security')
  await signOut(browser)

  await signIn(browser, person, { remember: true })
  await enterCode(browser, used)
  await browser.getByRole('alert').getByText('This code is wrong or was used already.').waitFor()
  await button(browser, 'Use a recovery code').click()
  await enterCode(browser, codes[0] ?? '')
  await title(browser, 'Security')
  await item(browser, 'Recovery codes').getByText('9 left').waitFor()

  await begin(browser, 'Recovery codes', 'Make new ones', person)
  await button(browser, 'Make new ones').click()
  await item(browser, 'Recovery codes').getByText('10 left').waitFor()
  const renewed = await browser.locator('.codes code').allTextContents()
  await signOut(browser)
  await signIn(browser, person, { remember: true })
  await enterCode(browser, codes[1] ?? '')
  await browser.getByRole('alert').waitFor()
  await enterCode(browser, renewed[0] ?? '')

  await begin(browser, 'Authenticator app', 'Remove', person)
  await button(browser, 'Remove').click()
  await item(browser, 'Authenticator app').getByText('Off').waitFor()
  expect(await item(browser, 'Recovery codes').count()).toBe(0)
  await signOut(browser)
  await signIn(browser, person, { remember: true })
  await title(browser, 'Security')
  await context.close()
})

test('a browser that is trusted is asked for the password alone, until it is revoked', async () => {
  const person = await newPerson('ida')
  const [context, other] = [await world.browser.newContext(), await world.browser.newContext()]
  const browser = await context.newPage()
  const code = await setUp(browser, person)
  await signOut(browser)

  await signIn(browser, person, { remember: true })
  await browser.getByLabel('Don’t ask again on this device for 30 days').check()
  await enterCode(browser, code(1))
  await browser.getByRole('heading', { level: 3, name: 'Trusted devices' }).waitFor()
  await signOut(browser)
  await signIn(browser, person, { remember: true })
  await title(browser, 'Security')

  const elsewhere = await other.newPage()
  await comeTo(elsewhere, person)
  await title(elsewhere, 'Enter your code')
  await other.close()

  await browser.getByRole('listitem').filter({ hasText: 'until' }).getByRole('button').click()
  await browser.getByRole('status').getByText('asks for a code there again').waitFor()
  await signOut(browser)
  await signIn(browser, person, { remember: true })
  await title(browser, 'Enter your code')
  await context.close()
})

test.each(sizes)('password and code in one form, %s', async (size) => {
  const person = newCredentials(`o${size}`)
  const did = await headlessSignUp(world.network.url, person)
  await inSize(world.browser, size, async (browser) => {
    const code = await setUp(browser, person)
    const recoveryCode = await browser.locator('.codes code').first().textContent()
    await signOut(browser)
    await signIn(browser, person, { remember: true })
    await enterCode(browser, recoveryCode ?? '')
    await title(browser, 'Security')

    await browser.goto(`${world.network.url}/account/sign-in?for=security&account=${did}`)
    await title(browser, 'Sign in')
    // It is another with each run.
    const pictured = await browser.locator('input[name=username]').inputValue()
    const name = (value: string) =>
      browser.locator('input[name=username]').evaluate((each, value) => {
        ;(each as HTMLInputElement).value = value
      }, value)
    await name('ada.test')
    await expectUsable(browser, size, 'sign-in-with-code')
    await name(pictured)
    const focused = () =>
      browser.evaluate(() => {
        const { id, textContent } = document.activeElement as HTMLElement
        return id || textContent?.trim()
      })
    const order: (string | undefined)[] = [await focused()]
    for (const text of [person.password, '', '', code(1), '', '']) {
      if (text) await browser.keyboard.type(text)
      await browser.keyboard.press('Tab')
      order.push(await focused())
    }
    expect(order).toEqual([
      ...['password', 'Show', 'forgotten', 'code', 'trust', 'remember', 'Sign in'],
    ])
    const field = browser.getByRole('textbox', { name: 'Code from your authenticator app' })
    expect(await field.getAttribute('aria-describedby')).toBe('code-hint')
    await browser.keyboard.press('Enter')
    await title(browser, 'Security')
  })
})

test('a camera reads the same from the QR code as stands beside it', async () => {
  const person = await newPerson('quin')
  const browser = await (await world.browser.newContext()).newPage()
  await comeTo(browser, person)
  await begin(browser, 'Authenticator app', 'Set up', person)
  await button(browser, 'Set up').click()
  const link = browser.getByRole('link', { name: 'Open an authenticator app on this device' })
  const uri = await link.getAttribute('href')
  expect(await scan(browser)).toBe(uri)
  const { searchParams, pathname } = new URL(uri ?? '')
  expect(decodeURIComponent(pathname)).toContain(person.handle)
  const secret = (await browser.locator('code').textContent()) ?? ''
  expect(searchParams.get('secret')).toBe(secret.replaceAll(' ', ''))
  await browser.context().close()
})

test.each(sizes)('nothing that hinders people, %s', async (size) => {
  const person = await newPerson(`v${size}`)
  await inSize(world.browser, size, async (browser) => {
    const look = (name?: string) => expectUsable(browser, size, name)
    await comeTo(browser, person)
    await item(browser, 'Authenticator app').getByRole('link', { name: 'Set up' }).click()
    await title(browser, 'Confirm that it is you')
    await look()
    await browser.fill('input[name=password]', person.password)
    await button(browser, 'Confirm').click()
    await title(browser, 'Authenticator app')
    await look()
    await button(browser, 'Set up').click()
    const secret = (await browser.locator('code').textContent()) ?? ''
    // It is another with each run.
    const [shown, qr] = ['ABCD '.repeat(8).trim(), await qrCode('otpauth://totp/Vestibule:ada')]
    await browser.locator('.qr').evaluate((each, svg) => {
      each.innerHTML = svg
    }, String(qr))
    await browser.locator('code').evaluate((each, text) => {
      each.textContent = text
    }, shown)
    await look('authenticator')
    await enterCode(browser, 'x')
    await browser.getByRole('alert').waitFor()
    await look()
    const code = codesOf(secret.replaceAll(' ', ''))
    await enterCode(browser, code())
    const codes = browser.locator('.codes code')
    await codes.first().waitFor()
    await codes.evaluateAll((all) => {
      for (const each of all) each.textContent = 'ABCD-EFGH-IJKL-MNOP'
    })
    // They are in view, without a hand, once the browser has come to its part of the page.
    await browser.waitForFunction(() => {
      const last = [...document.querySelectorAll('.codes code')].at(-1)
      return last && last.getBoundingClientRect().bottom < innerHeight
    })
    await look('ways-to-sign-in')

    await signOut(browser)
    await signIn(browser, person, { remember: true })
    await browser.getByLabel('Don’t ask again on this device for 30 days').check()
    await enterCode(browser, code(1))
    const list = browser.getByRole('heading', { level: 3, name: 'Trusted devices' })
    await list.evaluate((each) => each.scrollIntoView())
    await look('trusted-devices')
  })
})
