import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { enterPassword, grant } from '../../lab/clients/browser_steps.ts'
import { headlessSignUp, newCredentials } from '../../lab/clients/headless_sign_in.ts'
import { readText } from '../../lab/clients/xrpc.ts'
import { type Network, startNetwork } from '../../lab/world/network.ts'
import { type HttpsHost, startHttpsHost } from '../../lab/world/servers/https.ts'
import { sharedAuthority } from '../shared/authority.ts'
import { sharedBrowser } from '../shared/browser.ts'

const scope = 'atproto transition:generic'
const person = newCredentials('ada')
let network: Network
const browser = sharedBrowser()
let host: HttpsHost

beforeAll(async () => {
  network = await startNetwork({ https: true, ca: await sharedAuthority() })
  await headlessSignUp(network.url, person)
  host = await startHttpsHost(network.ca)
  const clientId = `${host.url}/client-metadata.json`
  const bundle = await build({
    entryPoints: [fileURLToPath(new URL('../../lab/clients/atcute_app.ts', import.meta.url))],
    bundle: true,
    format: 'iife',
    write: false,
    define: {
      place: JSON.stringify({
        clientId,
        handleResolver: network.url,
        plcUrl: network.plc.url,
        scope,
      }),
    },
  })
  const page = `<!doctype html><title>App</title><script>${bundle.outputFiles[0]?.text}</script>`
  host.routes.set('/', page).set('/callback', page)
  host.routes.set('/client-metadata.json', {
    client_id: clientId,
    client_name: 'Browser app',
    client_uri: host.url,
    application_type: 'web',
    redirect_uris: [`${host.url}/callback`],
    scope,
    grant_types: ['authorization_code', 'refresh_token'],
    response_types: ['code'],
    token_endpoint_auth_method: 'none',
    dpop_bound_access_tokens: true,
  })
})
afterAll(async () => {
  await host?.close()
  await network?.close()
})

test('@atcute/oauth-browser-client signs in, refreshes many times at once, revokes, and is out', async () => {
  const page = await (await browser.newContext()).newPage()
  await page.goto(`${host.url}/`)
  const url = await page.evaluate((handle) => atcuteApp.signIn(handle), person.handle)
  await page.goto(url)
  await enterPassword(page, person)
  await grant(page)
  await page.waitForURL((each) => each.href.startsWith(`${host.url}/callback`))
  const did = await page.evaluate(() => atcuteApp.finish())
  const post = async (text: string) =>
    readText(
      network.pds.url,
      await page.evaluate(([who, words]) => atcuteApp.post(who, words), [did, text] as const),
    )
  expect(await post('from a browser')).toBe('from a browser')
  await page.evaluate((who) => atcuteApp.refresh(who), did)
  expect(await post('once refreshed')).toBe('once refreshed')
  // As if the app had kept what it had.
  const kept = await page.evaluate(() => ({ ...localStorage }))
  await page.evaluate((who) => atcuteApp.signOut(who), did)
  await page.evaluate((all) => {
    for (const [key, value] of Object.entries(all)) localStorage.setItem(key, value)
  }, kept)
  await page.reload()
  expect(await page.evaluate((who) => atcuteApp.refreshes(who), did)).toBe('session was revoked')
})
