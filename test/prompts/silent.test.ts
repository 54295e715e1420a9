import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type HeadlessBrowser, newHeadlessBrowser } from '../../lab/clients/headless_browser.ts'
import { headlessLogin } from '../../lab/clients/headless_login.ts'
import {
  headlessSignIn,
  headlessSignUp,
  newCredentials,
} from '../../lab/clients/headless_sign_in.ts'
import { type HostedClient, hostWebClient, makeClientKey } from '../../lab/clients/hosted_client.ts'
import { discoverApp, loopbackClientId, type OAuthApp } from '../../lab/clients/oauth_app.ts'
import { finishLogin, startLogin } from '../../lab/clients/oauth_session.ts'
import { sharedNetwork } from '../shared/network.ts'

const scope = 'atproto transition:generic'
const [kim, lee] = [newCredentials('kim'), newCredentials('lee')]
const network = sharedNetwork()
let host: HostedClient
let app: OAuthApp
let did: string
/** Kim and Lee are both remembered here; only Kim has granted the app anything. */
let device: HeadlessBrowser

beforeAll(async () => {
  const key = await makeClientKey()
  host = await hostWebClient(network.ca, key, `${scope} transition:email`)
  const { clientId, redirectUri } = host
  app = await discoverApp({ pdsUrl: network.pds.url, clientId, redirectUri, scope, key })

  did = await headlessSignUp(network.url, kim)
  await headlessSignUp(network.url, lee)
  device = newHeadlessBrowser(network.url)
  const options = { browser: device, remember: true }
  await headlessLogin(app, kim, options)
  await device.callApi(`${network.url}/account`, 'sign-in', {
    locale: 'en',
    username: lee.handle,
    password: lee.password,
  })
})
afterAll(async () => {
  await host?.close()
})

/** Opens an authorization request as a browser that may not show anything. */
async function openSilently(
  parameters: Record<string, string>,
  browser = device,
  client = app,
): Promise<{ did?: string; error?: unknown }> {
  const login = await startLogin(client, parameters)
  const page = await browser.open(login.url)
  await page.body.dump()
  const { location } = page.headers
  if (!location) throw new Error(`A page was shown (${page.statusCode})`)
  return finishLogin(client, login, new URL(String(location))).catch((error) => ({
    error: error.error,
  }))
}

describe('prompt=none (OpenID Connect Core 3.1.2.1)', () => {
  test('signs in without a page where user and consent are known', async () => {
    expect(await openSilently({ prompt: 'none', login_hint: kim.handle })).toMatchObject({ did })
    expect(await openSilently({ prompt: 'none', login_hint: did })).toMatchObject({ did })
  })

  test('is login_required on a device without an account', async () => {
    const stranger = newHeadlessBrowser(network.url)
    const parameters = { prompt: 'none', login_hint: kim.handle }
    expect(await openSilently(parameters, stranger)).toEqual({ error: 'login_required' })
    expect(await openSilently(parameters)).toMatchObject({ did })
  })

  test('is login_required where it is not said who', async () => {
    expect(await openSilently({ prompt: 'none' })).toEqual({ error: 'login_required' })
  })

  test('is consent_required for somebody who never granted the app anything', async () => {
    const parameters = { prompt: 'none', login_hint: lee.handle }
    expect(await openSilently(parameters)).toEqual({ error: 'consent_required' })
  })

  test('is consent_required for more than was granted', async () => {
    const wider = { ...app, scope: `${scope} transition:email` }
    const parameters = { prompt: 'none', login_hint: kim.handle }
    expect(await openSilently(parameters, device, wider)).toEqual({ error: 'consent_required' })
    expect(await openSilently(parameters)).toMatchObject({ did })
  })

  test('is refused to a public client, which anybody can pose as', async () => {
    const redirectUri = 'http://127.0.0.1/callback'
    const publicApp = await discoverApp({
      pdsUrl: network.pds.url,
      clientId: loopbackClientId(redirectUri, scope),
      redirectUri,
      scope,
    })
    await expect(startLogin(publicApp, { prompt: 'none' })).rejects.toMatchObject({
      error: 'invalid_request',
      error_description: expect.stringMatching(/public clients/i),
    })
    const login = await startLogin(publicApp)
    const callback = await headlessSignIn(login.url, kim)
    expect(await finishLogin(publicApp, login, callback)).toMatchObject({ did })
  })
})

describe('login_hint', () => {
  test('alone signs a known user in without a page', async () => {
    expect(await openSilently({ login_hint: kim.handle })).toMatchObject({ did })
  })

  test('shows a page to somebody whose consent is missing', async () => {
    await expect(openSilently({ login_hint: lee.handle })).rejects.toThrow('A page was shown (200)')
  })

  test('that is neither a handle nor a DID is refused', async () => {
    await expect(startLogin(app, { login_hint: 'not an account' })).rejects.toMatchObject({
      error: 'invalid_request',
    })
    expect(await openSilently({ login_hint: did })).toMatchObject({ did })
  })
})

test('prompt=select_account is account_selection_required where there is none', async () => {
  const stranger = newHeadlessBrowser(network.url)
  expect(await openSilently({ prompt: 'select_account' }, stranger)).toEqual({
    error: 'account_selection_required',
  })
})
