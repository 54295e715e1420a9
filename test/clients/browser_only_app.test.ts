import type { Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { enterPassword, grant } from '../../lab/clients/browser_steps.ts'
import { headlessSignUp, newCredentials } from '../../lab/clients/headless_sign_in.ts'
import { hostBrowserApp } from '../../lab/clients/host_browser_app.ts'
import { readText } from '../../lab/clients/xrpc.ts'
import type { LoopbackServer } from '../../lab/world/loopback.ts'
import { sharedBrowser } from '../shared/browser.ts'
import { sharedNetwork } from '../shared/network.ts'

const person = newCredentials('bea')
const network = sharedNetwork()
const browser = sharedBrowser()
let host: LoopbackServer
let did: string

beforeAll(async () => {
  did = await headlessSignUp(network.url, person)
  host = await hostBrowserApp(network, 'atproto transition:generic')
})
afterAll(async () => {
  await host?.close()
})

test('an app without a server signs in, posts, refreshes and signs out', async () => {
  const page = await (await browser.newContext()).newPage()
  const pushed: number[] = []
  page.on('response', (response) => {
    const isPost = response.request().method() === 'POST'
    if (isPost && response.url().endsWith('/oauth/par')) pushed.push(response.status())
  })
  const appUrl = `http://127.0.0.1:${host.port}/`

  await page.goto(appUrl)
  await page.evaluate((handle) => void app.then((it) => it.signIn(handle)), person.handle)
  await enterPassword(page, person)
  await grant(page)
  await page.waitForURL((url) => url.href.startsWith(appUrl))
  expect(await page.evaluate(async () => (await app).did)).toBe(did)
  expect(pushed).toEqual([400, 201])

  expect(await post(page, 'from a browser')).toBe('from a browser')
  await page.reload()
  await page.evaluate(async () => (await app).refresh())
  expect(await post(page, 'once refreshed')).toBe('once refreshed')

  expect(await page.evaluate(async () => (await app).signOut())).toBe('invalid_grant')
})

async function post(page: Page, text: string): Promise<unknown> {
  return readText(network.pds.url, await page.evaluate(async (it) => (await app).post(it), text))
}
