import { beforeAll, expect, test } from 'vitest'
import { PAGE_LANGUAGES } from '../../http/language.ts'
import { headlessSignUp, newCredentials } from '../../lab/clients/headless_sign_in.ts'
import { startLogin } from '../../lab/clients/oauth_session.ts'
import { textsFor } from '../../mail/locales/index.ts'
import { renderCodeMail, renderNotice } from '../../mail/templates/mail.ts'
import { isTooWide, isTooWideInLargeType, NARROWEST } from '../shared/pages/usable.ts'
import { sharedWebAppWorld } from '../shared/web_app.ts'

/** Pages on the narrowest screen with the largest type, where a language has words as long as a line. */
const person = newCredentials('ada')
const world = sharedWebAppWorld()
let did: string
beforeAll(async () => {
  did = await headlessSignUp(world.network.url, person)
})

const PAGES = [
  '/',
  '/nowhere',
  '/account/sign-in',
  '/account/reset-password',
  '/account/new-password',
  '/account/passkey-sign-up',
]
/** Where a person decides what an app may do. */
const OF_CONSENT = ['permissions', 'consent']
const OF_PERSON = ['', '/authenticator', '/app-password']

test.each(PAGE_LANGUAGES)('nothing is wider than it, in %s', async (language) => {
  const context = await world.browser.browser.newContext({ locale: language })
  const page = await context.newPage()
  const tooWide: string[] = []
  const look = async (path: string) => {
    await page.goto(world.network.url + path)
    if (await isTooWideInLargeType(page)) tooWide.push(path)
  }
  for (const path of PAGES) await look(path)
  await page.goto(`${world.network.url}/account/security`)
  await page.fill('input[name=username]', person.handle)
  await page.fill('input[name=password]', person.password)
  await page.locator('input[name=remember]').check()
  await page.locator('button.primary').click()
  await page.waitForURL(/security/)
  for (const path of OF_PERSON) await look(`/account/security${path}`)
  const { pathname, search } = new URL((await startLogin(world.app)).url)
  for (const step of OF_CONSENT) {
    await look(`${pathname}${search}&account=${did}&lang=${language}&step=${step}`)
    expect(await page.locator('input[type=checkbox]').count()).toBeGreaterThan(1)
  }
  expect(tooWide).toEqual([])
  await context.close()
})

test('nor is a mail to somebody with a long name', async () => {
  const page = await (await world.browser.newContext()).newPage()
  await page.setViewportSize({ width: NARROWEST, height: NARROWEST })
  const handle = `${'long'.repeat(15)}.${'long'.repeat(15)}.example.com`
  const texts = textsFor('en')
  const about = { handle, occasion: null, publicUrl: world.network.url, service: 'The Entryway' }
  const code = { ...about, token: 'ABCDE-23456', lifetimeMinutes: 15 }
  const notice = { ...about, signOutLink: 'sealed.AAAA', linkLastsDays: 7 }
  for (const { html } of [
    await renderCodeMail('resetPassword', texts, code),
    await renderNotice('newDevice', texts, notice),
  ]) {
    await page.setContent(html)
    expect(await isTooWide(page)).toBe(false)
  }
  await page.context().close()
})
