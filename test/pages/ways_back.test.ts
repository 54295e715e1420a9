import { AtpAgent } from '@atproto/api'
import Database from 'better-sqlite3'
import type { BrowserContextOptions, Page } from 'playwright-core'
import { beforeAll, expect, test } from 'vitest'
import { databasePath } from '../../database/paths.ts'
import { callbackOf } from '../../lab/clients/browser_steps.ts'
import { headlessSignUp, newCredentials } from '../../lab/clients/headless_sign_in.ts'
import { finishLogin, type Login, startLogin } from '../../lab/clients/oauth_session.ts'
import { sharedWebAppWorld } from '../shared/web_app.ts'

const person = newCredentials('ada')
/** Left out where Playwright fetches in the place of the browser. */
const NAVIGATION = {
  'sec-fetch-site': 'same-origin',
  'sec-fetch-mode': 'navigate',
  'sec-fetch-dest': 'document',
}
const world = sharedWebAppWorld()
beforeAll(async () => {
  world.host.routes.set('/', '<p>The app itself</p>')
  await headlessSignUp(world.network.url, person)
})

async function inFrench(options: BrowserContextOptions, work: (page: Page) => Promise<void>) {
  const context = await world.browser.browser.newContext({ locale: 'fr-FR', ...options })
  try {
    await work(await context.newPage())
  } finally {
    await context.close()
  }
}

const button = (page: Page, name: string) => page.getByRole('button', { name, exact: true })
const link = (page: Page, name: string) => page.getByRole('link', { name, exact: true })
const heading = (page: Page, name: string) => page.getByRole('heading', { name }).waitFor()

async function signIn(page: Page): Promise<void> {
  await enter(page)
  await button(page, 'Autoriser').waitFor()
}

async function enter(page: Page, { handle, password } = person): Promise<void> {
  await page.fill('input[name=username]', handle)
  await page.fill('input[name=password]', password)
  await button(page, 'Se connecter').click()
}

/** What the app is told when the browser is sent back to it by `step`. */
async function toldBy(page: Page, login: Login, step: () => Promise<void>) {
  const callback = callbackOf(page, world.host.redirectUri)
  await step()
  await page.getByText('Back in the app').waitFor()
  const { state, iss, ...told } = Object.fromEntries((await callback).searchParams)
  expect([state, iss]).toEqual([login.state, world.network.url])
  return told
}

/** Changes the authorization requests that there are, as time would. */
function withRequests(change: string): void {
  const db = new Database(databasePath.auth(world.network.vestibule, '0'))
  try {
    db.exec(change)
  } finally {
    db.close()
  }
}

test('back and reload after the consent, and after a refusal', async () => {
  for (const [step, error] of [
    ['Autoriser', undefined],
    ["Refuser l'accès", 'access_denied'],
  ] as const) {
    await inFrench({}, async (page) => {
      const login = await startLogin(world.app)
      await page.goto(world.host.url)
      await page.goto(login.url)
      await signIn(page)
      const told = await toldBy(page, login, () => button(page, step).click())
      expect(told.error).toBe(error)
      if (told.code) await finishLogin(world.app, login, new URL(page.url()))
      await page.goto(login.url)
      await heading(page, 'Cette connexion est terminée')
      await page.reload()
      await heading(page, 'Cette connexion est terminée')
      await link(page, 'Retourner sur app.vestibule.internal').click()
      await page.getByText('The app itself').waitFor()
      await page.goBack()
      await heading(page, 'Cette connexion est terminée')
      await link(page, 'Aller à votre compte').click()
      await page.waitForURL(`${world.network.url}/account`)
    })
  }
})

test('back to what answered a form, and loading it anew, sends nothing again', async () => {
  await inFrench({}, async (page) => {
    const sent: string[] = []
    page.on('request', (request) => {
      if (request.method() === 'POST' && request.isNavigationRequest()) sent.push(request.url())
    })
    const login = await startLogin(world.app)
    await page.goto(login.url)
    await page.fill('input[name=username]', person.handle)
    await page.fill('input[name=password]', 'wrong')
    await button(page, 'Se connecter').click()
    await page.getByRole('alert').waitFor()
    await page.reload()
    await heading(page, 'Connexion')
    await page.fill('input[name=username]', person.handle)
    await page.fill('input[name=password]', 'wrong')
    await button(page, 'Se connecter').click()
    await page.getByRole('alert').waitFor()
    await signIn(page)
    expect(sent.length).toBe(3)
    await page.goBack()
    await button(page, 'Autoriser').waitFor()
    expect(sent.length).toBe(3)
  })
})

test('a page that was left open: the app learns that the time is over', async () => {
  await inFrench({}, async (page) => {
    const login = await startLogin(world.app)
    await page.goto(login.url)
    await signIn(page)
    withRequests('UPDATE authorization_request SET expires_at = expires_at - 600000')
    expect(await toldBy(page, login, () => button(page, 'Autoriser').click())).toEqual({
      error: 'access_denied',
      error_description: 'This request has expired',
    })
  })
})

test('a page that was left open for so long that nothing is known of it', async () => {
  await inFrench({}, async (page) => {
    await page.goto((await startLogin(world.app)).url)
    await signIn(page)
    withRequests('DELETE FROM authorization_request')
    await button(page, 'Autoriser').click()
    await page.getByText('Cette session de connexion a expiré').first().waitFor()
    await page.reload()
    await heading(page, 'Cette connexion est terminée')
  })
})

test('without scripts: people sign in and consent, and what else comes next needs some', async () => {
  await inFrench({ javaScriptEnabled: false }, async (page) => {
    const first = await startLogin(world.app)
    await page.goto(first.url)
    await enter(page)
    const granted = await toldBy(page, first, () => button(page, 'Autoriser').click())
    expect(Object.keys(granted)).toEqual(['code'])
    const login = await startLogin(world.app)
    await page.goto(`${login.url}&step=sign-up`)
    await heading(page, 'Votre navigateur n’exécute pas JavaScript')
    await link(page, 'Réessayer').click()
    await heading(page, 'Connexion')
    await page.goBack()
    const told = await toldBy(page, login, () => link(page, 'Retourner dans l’application').click())
    expect(told).toEqual({
      error: 'invalid_request',
      error_description: 'ERR_SCRIPTS_UNSUPPORTED',
    })
    await page.goto(`${world.network.url}/account`)
    await enter(page)
    await heading(page, 'Votre navigateur n’exécute pas JavaScript')
  })
})

test('without scripts: who had deactivated the account has it active again, and consents', async () => {
  const somebody = newCredentials('back')
  const agent = new AtpAgent({ service: world.network.url })
  await agent.createAccount(somebody)
  await agent.com.atproto.server.deactivateAccount({})
  await inFrench({ javaScriptEnabled: false }, async (page) => {
    const login = await startLogin(world.app)
    await page.goto(login.url)
    await enter(page, somebody)
    await heading(page, 'Réactiver votre compte')
    await button(page, 'Oui, réactiver mon compte').click()
    const told = await toldBy(page, login, () => button(page, 'Autoriser').click())
    expect(Object.keys(told)).toEqual(['code'])
    const { data } = await agent.com.atproto.server.getSession()
    expect(data.active).toBe(true)
  })
})

test('away from the sign-in: the app learns it', async () => {
  await inFrench({ javaScriptEnabled: false }, async (page) => {
    const login = await startLogin(world.app)
    await page.goto(login.url)
    expect(await toldBy(page, login, () => link(page, 'Annuler').click())).toEqual({
      error: 'access_denied',
      error_description: 'The user rejected the request',
    })
  })
})

test('from the consent to the choice of an account, and from the sign-up to the sign-in', async () => {
  await inFrench({}, async (page) => {
    await page.goto((await startLogin(world.app)).url)
    await link(page, 'Créer un nouveau compte').click()
    await page.locator('input[name=handle]').waitFor()
    await button(page, 'Retour').click()
    await heading(page, 'Connexion')
    await signIn(page)
    await button(page, 'Retour').click()
    await heading(page, 'Choisissez un compte')
    await link(page, `@${person.handle}`).click()
    await button(page, 'Autoriser').waitFor()
  })
})

test.each([
  ['a computer', {}],
  ['a phone, which the provider tests', { userAgent: 'Mozilla/5.0 (iPhone; CPU iPhone OS 18_0)' }],
])('without cookies that a script can read, on %s', async (_, device) => {
  await inFrench(device, async (page) => {
    await keepNoCookies(page)
    const login = await startLogin(world.app)
    await page.goto(login.url)
    await enter(page)
    await heading(page, 'Votre navigateur ne garde pas de cookies')
    await link(page, 'Réessayer').click()
    await heading(page, 'Votre navigateur ne garde pas de cookies')
    const told = await toldBy(page, login, () => link(page, 'Retourner dans l’application').click())
    expect(told).toEqual({
      error: 'invalid_request',
      error_description: 'ERR_COOKIES_UNSUPPORTED',
    })
  })
})

/** As a browser whose person allows no cookies: none is kept, sent or shown to a script. */
async function keepNoCookies(page: Page): Promise<void> {
  const devtools = await page.context().newCDPSession(page)
  await devtools.send('Emulation.setDocumentCookieDisabled', { disabled: true })
  await page.route(`${world.network.url}/**`, async (route) => {
    if (!route.request().isNavigationRequest()) return route.continue()
    const { cookie: _, ...headers } = await route.request().allHeaders()
    const response = await route.fetch({ headers: { ...headers, ...NAVIGATION }, maxRedirects: 0 })
    const { 'set-cookie': __, ...kept } = response.headers()
    await route.fulfill({ response, headers: kept })
  })
}
