import { Agent } from '@atproto/api'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { grant, signUp } from '../../lab/clients/browser_steps.ts'
import { newCredentials } from '../../lab/clients/headless_sign_in.ts'
import { type HostedClient, hostWebClient, makeClientKey } from '../../lab/clients/hosted_client.ts'
import { newPost } from '../../lab/clients/new_post.ts'
import { makeNodeClient, type NodeClient } from '../../lab/clients/node_client.ts'
import { readText } from '../../lab/clients/xrpc.ts'
import { sharedBrowser } from '../shared/browser.ts'
import { sharedNetwork } from '../shared/network.ts'

const person = newCredentials('wanda')
const network = sharedNetwork()
const browser = sharedBrowser()
let host: HostedClient
let app: NodeClient

beforeAll(async () => {
  const key = await makeClientKey()
  host = await hostWebClient(network.ca, key, 'atproto transition:generic')
  app = await makeNodeClient(host, key, { handleResolver: network.url, plcUrl: network.plc.url })

  host.routes.set('/sign-in', async (_request, response) => {
    const url = await app.client.authorize(network.pds.url)
    response.writeHead(303, { location: url.href }).end()
  })
  host.routes.set('/callback', async (request, response) => {
    const { searchParams } = new URL(request.url ?? '/', host.url)
    const { session } = await app.client.callback(searchParams)
    response.writeHead(200, { 'content-type': 'text/html' }).end(`<output>${session.did}</output>`)
  })
})
afterAll(async () => {
  await host?.close()
})

test('a confidential web app signs somebody up, posts, refreshes and signs them out', async () => {
  const page = await (await browser.newContext()).newPage()
  await page.goto(`${host.url}/sign-in`)
  await signUp(page, person)
  await grant(page)
  const did = String(await page.locator('output').textContent())
  expect(did).toMatch(/^did:plc:/)
  expect(app.nonceChallenges).toBe(1)

  const post = async (text: string) => {
    const agent = new Agent(await app.client.restore(did))
    const { data } = await agent.com.atproto.repo.createRecord(newPost(did, text))
    return readText(network.pds.url, data.uri)
  }
  expect(await post('from a web app')).toBe('from a web app')

  const before = app.sessions.get(did)?.tokenSet
  const session = await app.client.restore(did, true)
  const saved = app.sessions.get(did)
  expect(saved?.tokenSet.access_token).not.toBe(before?.access_token)
  expect(saved?.tokenSet.refresh_token).not.toBe(before?.refresh_token)
  expect(await post('once refreshed')).toBe('once refreshed')

  await session.signOut()
  if (saved) app.sessions.set(did, saved)
  await expect(app.client.restore(did, true)).rejects.toMatchObject({
    cause: { error: 'invalid_grant' },
  })
})
