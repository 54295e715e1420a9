import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { getRequestListener } from '@hono/node-server'
import { decodeJwt } from 'jose'
import * as oidc from 'openid-client'
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { authJsApp } from '../../lab/clients/auth_js.ts'
import { betterAuthApp } from '../../lab/clients/better_auth.ts'
import { callbackOf, signIn, signUp } from '../../lab/clients/browser_steps.ts'
import { DEVICE_CODE } from '../../lab/clients/headless_openid.ts'
import { headlessSignUp, newCredentials } from '../../lab/clients/headless_sign_in.ts'
import type { OpenidApp } from '../../lab/clients/openid_app.ts'
import { freePort, listenOnLoopback } from '../../lab/world/loopback.ts'
import { findApache, startApache } from '../../lab/world/servers/apache.ts'
import { cliJsonHere, runCliHere } from '../../lab/world/vestibule/cli_here.ts'
import { sharedBrowser } from '../shared/browser.ts'
import { sayUnless } from '../shared/left_out.ts'
import { sharedNetwork } from '../shared/network.ts'
import { inSize, sizes } from '../shared/pages/axe.ts'
import { expectUsable } from '../shared/pages/usable.ts'

/** A person with Chromium, before a real PDS, at a certified client. */
const person = newCredentials('grace')
/** Where the client would answer. */
const client = createServer(({ url = '' }, response) => {
  if (url.includes('code=')) response.writeHead(302, { location: elsewhere })
  response.end('Welcome back')
})
let redirect: string
/** Where it leads on from there, as a proxy does that signs people in for several hosts. */
let elsewhere: string
const network = sharedNetwork()
const browser = sharedBrowser()
let config: oidc.Configuration
let issuer: string

const TOOLS = { address: 'https://mcp.example.com', scopes: 'tools:read tools:write' }

type Added = { secret: string; issuer: string }

beforeAll(async () => {
  await once(client.listen(0, '127.0.0.1'), 'listening')
  const { port } = client.address() as AddressInfo
  redirect = `http://127.0.0.1:${port}/callback`
  elsewhere = `http://home.internal:${port}/`
  await headlessSignUp(network.url, person)
  const added = await cliJsonHere<Added>(network.vestibule.env, [
    ...['openid', 'client', 'add', 'forum', '--redirect-uri', redirect],
    ...['--name', 'The Forum', '--refresh', '--post-logout-uri', `${redirect}/bye`],
  ])
  issuer = added.issuer
  await cliJsonHere(network.vestibule.env, [
    ...['openid', 'client', 'add', 'tool', '--name', 'The Tool', '--device', '--public'],
  ])
  await cliJsonHere(network.vestibule.env, [
    ...['openid', 'resource', 'add', TOOLS.address, '--name', 'Tools'],
    ...['--scopes', ...TOOLS.scopes.split(' ')],
  ])
  config = await oidc.discovery(
    new URL(added.issuer),
    'forum',
    undefined,
    oidc.ClientSecretBasic(added.secret),
    { execute: [oidc.allowInsecureRequests] },
  )
})
afterAll(() => void client.close())

async function begin(scope = 'openid profile email', more: Record<string, string> = {}) {
  const pkceCodeVerifier = oidc.randomPKCECodeVerifier()
  const expectedState = oidc.randomState()
  const url = oidc.buildAuthorizationUrl(config, {
    redirect_uri: redirect,
    scope,
    ...more,
    code_challenge: await oidc.calculatePKCECodeChallenge(pkceCodeVerifier),
    code_challenge_method: 'S256',
    state: expectedState,
  })
  return { url, checks: { pkceCodeVerifier, expectedState } }
}

test('a person signs in, consents, and signs out', async () => {
  const context = await browser.browser.newContext({ locale: 'en-US' })
  const page = await context.newPage()
  const { url, checks } = await begin()
  await page.goto(url.href)
  await signIn(page, person, { remember: true })
  await page.getByRole('heading', { level: 1, name: 'Sign in to The Forum' }).waitFor()
  const callback = callbackOf(page, redirect)
  await page.getByRole('button', { name: 'Allow' }).click()
  const tokens = await oidc.authorizationCodeGrant(config, await callback, checks)
  // A browser that is on its way yet would end the next visit.
  await page.waitForURL(elsewhere)
  const claims = tokens.claims()
  const { sub = '' } = claims ?? {}
  expect(claims).toMatchObject({ email: person.email, atproto_pds: network.pds.url })
  const me = await oidc.fetchUserInfo(config, tokens.access_token, sub)
  expect(me).toMatchObject({ preferred_username: person.handle, name: person.handle })

  // The next time nothing is asked.
  const next = await begin()
  const again = callbackOf(page, redirect)
  await page.goto(next.url.href)
  await oidc.authorizationCodeGrant(config, await again, next.checks)
  await page.waitForURL(elsewhere)

  const bye = `${redirect}/bye`
  const out = oidc.buildEndSessionUrl(config, {
    id_token_hint: tokens.id_token ?? '',
    post_logout_redirect_uri: bye,
  })
  await page.goto(out.href)
  const back = callbackOf(page, bye)
  await page.getByRole('button', { name: 'Sign out' }).click()
  await back
  await page.waitForURL((url) => url.href.startsWith(bye))
  // Nothing is asked but who it is: the form leads to the client, and as far on as that leads.
  const last = await begin()
  await page.goto(last.url.href)
  await signIn(page, person)
  await page.waitForURL(elsewhere)
  await page.getByText('Welcome back').waitFor()
  await context.close()
})

test('who is meant by a hint takes the place of who is signed in', async () => {
  const other = newCredentials('joan')
  await headlessSignUp(network.url, other)
  const context = await browser.newContext()
  const page = await context.newPage()
  const goOn = async (who: typeof person) => {
    const { url, checks } = await begin(undefined, { prompt: 'consent', login_hint: who.handle })
    await page.goto(url.href)
    await signIn(page, who)
    await page.getByRole('heading', { level: 1, name: 'Sign in to The Forum' }).waitFor()
    const callback = callbackOf(page, redirect)
    await page.getByRole('button', { name: 'Allow' }).click()
    const tokens = await oidc.authorizationCodeGrant(config, await callback, checks)
    await page.waitForURL(elsewhere)
    return tokens.claims()?.preferred_username
  }
  expect(await goOn(person)).toBe(person.handle)
  expect(await goOn(other)).toBe(other.handle)
  await context.close()
})

test('who signs up with a password on the way to a client gets there', async () => {
  const context = await browser.newContext()
  const page = await context.newPage()
  const { url, checks } = await begin()
  await page.goto(url.href)
  const newcomer = newCredentials('hedy')
  await signUp(page, newcomer)
  await page.getByRole('heading', { level: 1, name: 'Sign in to The Forum' }).waitFor()
  const callback = callbackOf(page, redirect)
  await page.getByRole('button', { name: 'Allow' }).click()
  const tokens = await oidc.authorizationCodeGrant(config, await callback, checks)
  expect(tokens.claims()).toMatchObject({ preferred_username: newcomer.handle })
  await context.close()
})

test('a token for a resource is nothing at the PDS', async () => {
  const context = await browser.browser.newContext({ locale: 'en-US' })
  const page = await context.newPage()
  const { url, checks } = await begin(`openid ${TOOLS.scopes}`, { resource: TOOLS.address })
  await page.goto(url.href)
  await signIn(page, person)
  await page.getByText('It may use Tools (mcp.example.com) in your name:').waitFor()
  const callback = callbackOf(page, redirect)
  await page.getByRole('button', { name: 'Allow' }).click()
  const tokens = await oidc.authorizationCodeGrant(config, await callback, checks)
  expect(decodeJwt(tokens.access_token)).toMatchObject({
    aud: TOOLS.address,
  })
  const headers = { authorization: `Bearer ${tokens.access_token}` }
  for (const origin of [network.pds.url, network.url]) {
    const answer = await fetch(`${origin}/xrpc/app.bsky.actor.getPreferences`, { headers })
    expect([400, 401]).toContain(answer.status)
  }
  await context.close()
})

test.each(sizes)('a person lets a command line in, and nothing hinders them, %s', async (size) => {
  const tool = await oidc.discovery(new URL(issuer), 'tool', undefined, oidc.None(), {
    execute: [oidc.allowInsecureRequests],
  })
  const asked = await oidc.initiateDeviceAuthorization(tool, { scope: 'openid profile email' })
  await inSize(browser, size, async (page) => {
    await page.goto(asked.verification_uri)
    await signIn(page, person)
    await page.getByRole('heading', { level: 1, name: 'Connect a device' }).waitFor()
    await expectUsable(page, size, 'openid-device')
    await page.getByLabel('Code').fill(asked.user_code)
    await page.getByRole('button', { name: 'Continue' }).click()
    await page.getByRole('heading', { level: 1, name: 'Sign in to The Tool' }).waitFor()
    await expectUsable(page, size, 'openid-device-consent')
    await page.getByRole('button', { name: 'Allow' }).click()
    await page.getByRole('heading', { level: 1, name: 'The device is connected' }).waitFor()
  })
  const tokens = await oidc.genericGrantRequest(tool, DEVICE_CODE, {
    device_code: asked.device_code,
  })
  expect(tokens.claims()).toMatchObject({ email: person.email })
})

test.each(sizes)('nothing on the consent page hinders people, %s', async (size) => {
  await inSize(browser, size, async (page) => {
    const { url } = await begin(`openid profile email ${TOOLS.scopes}`, {
      resource: TOOLS.address,
    })
    url.searchParams.set('prompt', 'consent')
    await page.goto(url.href)
    await signIn(page, person)
    await page.getByRole('heading', { level: 1, name: 'Sign in to The Forum' }).waitFor()
    await expectUsable(page, size, 'openid-consent')
  })
})

test.each(sizes)('nothing on the pages of a sign-out hinders people, %s', async (size) => {
  await inSize(browser, size, async (page) => {
    const { url } = await begin()
    url.searchParams.set('prompt', 'consent')
    await page.goto(url.href)
    await signIn(page, person, { remember: true })
    await page.getByRole('button', { name: 'Allow' }).click()
    await page.waitForURL(elsewhere)
    const out = oidc.buildEndSessionUrl(config).href
    for (const [answer, heading] of [
      ['Stay signed in', 'You are still signed in'],
      ['Sign out', 'You are signed out'],
    ] as const) {
      await page.goto(out)
      await page.getByRole('button', { name: 'Sign out', exact: true }).waitFor()
      await expectUsable(page, size, 'openid-sign-out')
      await page.getByRole('button', { name: answer, exact: true }).click()
      await page.getByRole('heading', { level: 1, name: heading }).waitFor()
      await expectUsable(page, size)
    }
  })
})

/** Registers an app, and opens it in a browser that is signed in nowhere. */
async function inApp(
  name: string,
  { callback, make }: OpenidApp,
  use: (page: Page) => Promise<void>,
): Promise<void> {
  const { port, server, close } = await listenOnLoopback()
  // For cookies, it is another site than the issuer.
  const at = `http://127.0.0.1:${port}`
  const context = await browser.newContext()
  try {
    const { issuer, secret } = await cliJsonHere<Added>(network.vestibule.env, [
      ...['openid', 'client', 'add', name, '--name', `The ${name}`],
      ...['--redirect-uri', at + callback, '--post-logout-uri', `${at}/`],
    ])
    server.on('request', getRequestListener(make(at, { issuer, id: name, secret }).fetch))
    const page = await context.newPage()
    await page.goto(at)
    await use(page)
  } finally {
    await context.close()
    await close()
  }
}

test('Auth.js signs a person in and out, and gets nothing of one who is signed out here', async () => {
  await inApp('blog', authJsApp, async (page) => {
    const goOn = async () => {
      await page.getByRole('link', { name: 'Sign in' }).click()
      await page.getByRole('button', { name: 'Sign in with Vestibule' }).click()
    }
    await goOn()
    await signIn(page, person)
    await page.getByRole('heading', { level: 1, name: 'Sign in to The blog' }).waitFor()
    await page.getByRole('button', { name: 'Allow' }).click()
    await page.getByText(person.handle, { exact: true }).waitFor()
    await page.getByText(person.email, { exact: true }).waitFor()

    await page.getByRole('link', { name: 'Sign out' }).click()
    await page.getByRole('button', { name: 'Sign out' }).click()
    // Here the browser is signed in.
    await goOn()
    await page.getByText(person.handle, { exact: true }).waitFor()

    await cliJsonHere(network.vestibule.env, ['account', 'revoke', person.handle, '--all', '--yes'])
    await page.reload()
    await goOn()
    await page.locator('input[name=password]').waitFor()
  })
})

test('Better Auth signs a person in, and out here, too', async () => {
  await inApp('shop', betterAuthApp, async (page) => {
    await page.getByRole('link', { name: 'Sign in' }).click()
    await signIn(page, person)
    await page.getByRole('heading', { level: 1, name: 'Sign in to The shop' }).waitFor()
    await page.getByRole('button', { name: 'Allow' }).click()
    await page.getByText(person.email, { exact: true }).waitFor()

    await page.getByRole('link', { name: 'Sign out' }).click()
    await page.getByRole('button', { name: 'Sign out' }).click()
    await page.getByRole('link', { name: 'Sign in' }).click()
    await page.locator('input[name=password]').waitFor()
  })
})

const apache = findApache()
const hasApache = sayUnless(
  apache !== null,
  'Apache with mod_auth_openidc: it is not installed (apt-get install libapache2-mod-auth-openidc)',
)
test.runIf(hasApache)(
  'a person signs in to Apache by the settings that are printed, is signed out from here, and signs out there',
  async () => {
    const port = await freePort()
    const at = `http://127.0.0.1:${port}`
    const added = await runCliHere(network.vestibule.env, [
      ...['openid', 'client', 'add', 'wiki', '--name', 'The Wiki'],
      ...['--for', 'mod_auth_openidc', '--at', at],
    ])
    const [, settings = ''] = added.stdout.split('\n\n')
    const wiki = await startApache(apache ?? '', port, settings)
    const context = await browser.browser.newContext({ locale: 'en-US' })
    const page = await context.newPage()
    const isAsked = page.locator('input[name=password]')
    try {
      await page.goto(at)
      await signIn(page, person)
      await page.getByRole('heading', { level: 1, name: 'Sign in to The Wiki' }).waitFor()
      await page.getByRole('button', { name: 'Allow' }).click()
      await page.getByText(person.handle, { exact: true }).waitFor()
      expect(await page.locator('#OIDC_CLAIM_sub').textContent()).toMatch(/^did:plc:/)
      expect(await page.locator('#OIDC_CLAIM_email').textContent()).toBe(person.email)

      await cliJsonHere(network.vestibule.env, [
        'account',
        'revoke',
        person.handle,
        '--all',
        '--yes',
      ])
      await expect
        .poll(async () => {
          await page.goto(at)
          return isAsked.isVisible()
        })
        .toBe(true)
      await signIn(page, person)
      await page.getByRole('button', { name: 'Allow' }).click()
      await page.getByText(person.handle, { exact: true }).waitFor()

      await page.goto(`${at}/openid-callback?${new URLSearchParams({ logout: `${at}/` })}`)
      await page.getByRole('button', { name: 'Sign out' }).click()
      await isAsked.waitFor()
    } catch (err) {
      throw new Error(wiki.logs(), { cause: err })
    } finally {
      await context.close()
      await wiki.close()
    }
  },
)
