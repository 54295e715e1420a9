import type { IncomingHttpHeaders } from 'node:http'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { grant, signUp } from '../../lab/clients/browser_steps.ts'
import { newCredentials } from '../../lab/clients/headless_sign_in.ts'
import { newPost } from '../../lab/clients/new_post.ts'
import { refresh } from '../../lab/clients/oauth_session.ts'
import { expectRefused } from '../../lab/clients/session_life.ts'
import { type SignInProxy, startSignInProxy } from '../../lab/clients/sign_in_proxy.ts'
import { readText } from '../../lab/clients/xrpc.ts'
import { type LoopbackServer, listenOnLoopback } from '../../lab/world/loopback.ts'
import { sharedBrowser } from '../shared/browser.ts'
import { sharedNetwork } from '../shared/network.ts'

const person = newCredentials('pia')
const network = sharedNetwork()
const browser = sharedBrowser()
let backend: LoopbackServer
let proxy: SignInProxy
const seen: IncomingHttpHeaders[] = []

beforeAll(async () => {
  backend = await listenOnLoopback(async (request, response) => {
    seen.push(request.headers)
    if (request.method === 'GET') {
      response.end(
        `<p>Hello ${request.headers['user-handle']}</p>
         <form method=post action=/notes><button>Write</button></form>
         <a href="/@/sign-out">Sign out</a>`,
      )
      return
    }
    const did = String(request.headers['user-did'])
    const answer = await fetch(`${proxy.url}/@/xrpc/com.atproto.repo.createRecord`, {
      method: 'POST',
      headers: { 'user-did': did },
      body: JSON.stringify(newPost(did, 'written by a backend')),
    })
    response.end(`<output>${((await answer.json()) as { uri: string }).uri}</output>`)
  })
  proxy = await startSignInProxy(network.pds.url, backend.url, 'atproto transition:generic')
})
afterAll(async () => {
  await proxy?.close()
  await backend?.close()
})

test('a sign-in proxy tells its backend who it is and calls the PDS for it', async () => {
  const page = await (await browser.newContext()).newPage()
  await page.goto(proxy.url)
  expect(new URL(page.url()).origin).toBe(network.url)
  await signUp(page, person)
  await grant(page)
  await page.getByText(`Hello ${person.handle}`).waitFor()

  await page.getByRole('button', { name: 'Write' }).click()
  const uri = String(await page.locator('output').textContent())
  expect(await readText(network.pds.url, uri)).toBe('written by a backend')

  const [did] = proxy.sessions.keys()
  expect(uri).toContain(`at://${did}/`)
  for (const headers of seen) {
    expect(headers).toMatchObject({ 'user-did': did, 'user-handle': person.handle })
    expect(Object.keys(headers).filter((name) => /authorization|dpop|cookie/.test(name))).toEqual(
      [],
    )
  }

  const session = [...proxy.sessions.values()][0]
  if (!session) throw new Error('The proxy holds no session')
  const refreshed = await refresh(proxy.app, session)
  proxy.sessions.set(session.did, refreshed)

  await page.goto(proxy.url)
  await page.getByText('Sign out').click()
  await page.waitForURL(`${network.url}/oauth/authorize?*`)
  await expectRefused(proxy.app, refreshed)
})
