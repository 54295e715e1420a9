import { AtpAgent } from '@atproto/api'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { headlessLogin } from '../../lab/clients/headless_login.ts'
import { headlessSignUp, newCredentials } from '../../lab/clients/headless_sign_in.ts'
import { newPost } from '../../lab/clients/new_post.ts'
import { discoverApp, loopbackClientId } from '../../lab/clients/oauth_app.ts'
import { postAndReadBack, xrpc } from '../../lab/clients/xrpc.ts'
import { type Network, startNetwork } from '../../lab/world/network.ts'
import { type Pds, startPds } from '../../lab/world/servers/pds.ts'
import { operate } from '../several_pds/operate.ts'
import { agentAt } from '../shared/people/agent.ts'
import { EventStream } from './event_stream.ts'

const redirectUri = 'http://127.0.0.1/callback'
const scope = 'atproto transition:generic'
const CREATE = 'com.atproto.repo.createRecord'

let network: Network
/** The PDS that shares the entryway's name, and one with a name of its own on the same gateway. */
let home: Pds
let second: Pds
/** The same gateway by a name that it was not told. */
let inner: string

beforeAll(async () => {
  network = await startNetwork({ oneName: true })
  home = network.pds
  const { port } = new URL(network.url)
  inner = `http://inner.localhost:${port}`
  second = await startPds({
    plcUrl: network.plc.url,
    // A stock PDS has no other name without TLS.
    publicUrl: `http://127.0.0.1:${port}`,
    entryway: network.identity,
  })
})
afterAll(async () => {
  await second?.close()
  await network?.close()
})

/** Lets new accounts be made on one of them only. */
async function openOnly(pds: Pds): Promise<void> {
  for (const { did } of [home, second]) {
    const placed = await operate(network, 'pds/place', { pds: did, open: did === pds.did })
    expect(placed.status).toBe(200)
  }
}

async function signInAt(pds: Pds) {
  await openOnly(pds)
  const person = newCredentials('sen')
  const did = await headlessSignUp(network.url, person)
  const clientId = loopbackClientId(redirectUri, scope)
  const app = await discoverApp({ pdsUrl: pds.url, clientId, redirectUri, scope })
  expect(app.server.issuer).toBe(network.url)
  const session = await headlessLogin(app, person)
  return { did, person, app, session }
}

const json = async (url: string) => (await fetch(url)).json()
const describeServer = '/xrpc/com.atproto.server.describeServer'

test('a PDS that is added has its name at once, and may have a certificate', async () => {
  const told = (domain: string) => fetch(`${network.url}/tls-check?domain=${domain}`)
  expect((await told('127.0.0.1')).status).toBe(404)
  expect((await json(second.url + describeServer)).did).toBe(home.did)
  const { url, address, did, adminPassword } = second
  expect((await operate(network, 'pds/add', { url, address, did, adminPassword })).status).toBe(200)
  expect((await json(second.url + describeServer)).did).toBe(second.did)
  expect((await told('127.0.0.1')).status).toBe(200)
  expect((await told('pds3.localhost')).status).toBe(404)
})

describe('what comes to its name', () => {
  test('is what a stock PDS in entryway mode answers', async () => {
    // What the gateway keeps for the entryway's own name it does not say here.
    for (const path of ['/.well-known/oauth-authorization-server', '/oauth/jwks', '/account']) {
      expect((await fetch(network.url + path)).status).not.toBe(404)
      expect((await fetch(second.url + path)).status).toBe(404)
    }
    for (const path of [
      '/',
      '/robots.txt',
      '/xrpc/_health',
      '/.well-known/oauth-protected-resource',
      '/.well-known/atproto-did',
      '/xrpc/com.atproto.server.createInviteCode',
    ]) {
      const [via, direct] = await Promise.all([
        fetch(second.url + path),
        fetch(second.address + path),
      ])
      expect([path, via.status, await via.text()]).toEqual([
        path,
        direct.status,
        await direct.text(),
      ])
    }
    expect(await json(`${second.url}/.well-known/did.json`)).toMatchObject({
      id: second.did,
      service: [{ serviceEndpoint: second.url }],
    })
  })

  test('is a session there, by the entryway', async () => {
    await openOnly(second)
    const person = newCredentials('leg')
    await headlessSignUp(network.url, person)
    const agent = new AtpAgent({ service: second.url })
    await agent.login({ identifier: person.handle, password: person.password })
    const { data } = await agent.com.atproto.server.getSession()
    expect(data).toMatchObject({ handle: person.handle, email: person.email })
    await agent.com.atproto.repo.createRecord(newPost(agent.assertDid, 'at the second'))
    await agent.sessionManager.refreshSession()
  })
})

test('an app posts at the name of its account’s PDS, and nowhere else', async () => {
  for (const [pds, other] of [
    [home, second],
    [second, home],
  ] as const) {
    const { did, app, session } = await signInAt(pds)
    const { service } = await json(`${network.plc.url}/${did}`)
    expect(service).toMatchObject([{ serviceEndpoint: pds.url }])
    expect(await postAndReadBack(app, session, pds.url)).toBe(pds.url)
    const elsewhere = { ...app, pdsUrl: other.url }
    await expect(xrpc(elsewhere, session, 'POST', CREATE, newPost(did, 'no'))).rejects.toThrow()
  }
})

test('a legacy client at the entryway’s name reaches the PDS of its account', async () => {
  for (const pds of [home, second]) {
    await openOnly(pds)
    const agent = await agentAt(network.url, newCredentials('any'))
    const repo = agent.assertDid
    const { data } = await agent.com.atproto.repo.createRecord(newPost(repo, pds.url))
    const there = new AtpAgent({ service: pds.address })
    const rkey = data.uri.split('/').at(-1) as string
    const collection = 'app.bsky.feed.post'
    expect((await there.com.atproto.repo.getRecord({ repo, collection, rkey })).data).toMatchObject(
      { value: { text: pds.url } },
    )
  }
})

test('each name has the event stream of its PDS', async () => {
  const posted: Record<string, string> = {}
  for (const pds of [home, second]) {
    const { did, app, session } = await signInAt(pds)
    await postAndReadBack(app, session, 'streamed')
    posted[pds.url] = did
  }
  for (const [pds, other] of [
    [home, second],
    [second, home],
  ] as const) {
    const stream = await EventStream.open(pds.url, 0)
    await stream.until((frame) => frame.includes('streamed'))
    const frames = stream.close().join('')
    expect(frames).toContain(posted[pds.url])
    expect(frames).not.toContain(posted[other.url])
  }
})

test('an unknown name is the entryway’s, and so is that of a PDS that was removed', async () => {
  const url = network.url.replace('localhost', 'pds3.localhost')
  const { address, adminPassword } = second
  const did = 'did:web:pds3.test'
  await operate(network, 'pds/add', { url, address, adminPassword, did })
  expect((await json(url + describeServer)).did).toBe(second.did)
  expect((await operate(network, 'pds/remove', { pds: did })).status).toBe(200)
  expect((await json(url + describeServer)).did).toBe(home.did)
  expect((await json(inner + describeServer)).did).toBe(home.did)
})

test('an address that leads back here ends at the second round', async () => {
  const url = network.url.replace('localhost', 'loop.localhost')
  const did = 'did:web:loop.test'
  const { adminPassword } = network.vestibule
  expect(
    (await operate(network, 'pds/add', { url, address: inner, adminPassword, did })).status,
  ).toBe(200)
  const answer = await fetch(`${url}/xrpc/com.atproto.sync.listRepos`)
  expect(answer.status).toBe(508)
  expect((await answer.json()).message).toContain('leads to its authorization server')
  expect((await operate(network, 'pds/remove', { pds: did })).status).toBe(200)
})
