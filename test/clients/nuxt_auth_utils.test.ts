import type { Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { enterPassword, grant } from '../../lab/clients/browser_steps.ts'
import {
  type Credentials,
  headlessSignUp,
  newCredentials,
} from '../../lab/clients/headless_sign_in.ts'
import { startNuxtApp } from '../../lab/clients/nuxt/start.ts'
import type { Peer } from '../../lab/world/loopback.ts'
import { type Network, startNetwork } from '../../lab/world/network.ts'
import { cliJsonHere } from '../../lab/world/vestibule/cli_here.ts'
import { sharedAuthority } from '../shared/authority.ts'
import { sharedBrowser } from '../shared/browser.ts'

type Visitor = { person: Credentials; did: string; page: Page }

let network: Network
const browser = sharedBrowser()
let app: Peer

beforeAll(async () => {
  network = await startNetwork({ https: true, ca: await sharedAuthority() })
  app = await startNuxtApp(network)
})
afterAll(async () => {
  await app?.close()
  await network?.close()
})

/** The apps that the entryway has a person signed in to. */
const listApps = async ({ person }: Visitor) => {
  const args = ['account', 'sessions', person.handle]
  const { oauth } = await cliJsonHere<{ oauth: object[] }>(network.vestibule.env, args)
  return oauth
}

/** What the app says: a page with JSON. */
const readSession = async (page: Page) => JSON.parse(String(await page.textContent('body')))

test('nuxt-auth-utils signs two people in at once, by their handles, and one out', async () => {
  const visitors = await Promise.all(['nuxi', 'nitra'].map(visit))
  await Promise.all(visitors.map(signIn))
  for (const { did, page } of visitors) {
    expect(await readSession(page)).toEqual({ id: expect.any(String), user: { did } })
  }

  const [one, other] = visitors as [Visitor, Visitor]
  await one.page.evaluate(() => fetch('/api/_auth/session', { method: 'DELETE' }))
  await one.page.reload()
  expect(await readSession(one.page)).not.toHaveProperty('user')
  expect(await listApps(one)).toEqual([])
  expect(await listApps(other)).toHaveLength(1)
})

async function visit(name: string): Promise<Visitor> {
  const person = newCredentials(name)
  const did = await headlessSignUp(network.url, person)
  network.dns.txt.set(`_atproto.${person.handle}`, [`did=${did}`])
  return { person, did, page: await (await browser.newContext()).newPage() }
}

async function signIn({ person, page }: Visitor): Promise<void> {
  await page.goto(`${app.url}/auth/bluesky?handle=${person.handle}`)
  await enterPassword(page, person)
  await grant(page)
  await page.waitForURL(`${app.url}/api/_auth/session`)
}
