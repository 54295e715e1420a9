import { gzipSync } from 'node:zlib'
import { AtpAgent } from '@atproto/api'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { headlessLogin } from '../../lab/clients/headless_login.ts'
import { headlessSignUp, newCredentials } from '../../lab/clients/headless_sign_in.ts'
import { newPost } from '../../lab/clients/new_post.ts'
import { discoverApp, loopbackClientId, type OAuthApp } from '../../lab/clients/oauth_app.ts'
import type { OAuthSession } from '../../lab/clients/oauth_session.ts'
import { postAndReadBack, xrpc } from '../../lab/clients/xrpc.ts'
import { type Network, startNetwork } from '../../lab/world/network.ts'
import { runCliHere } from '../../lab/world/vestibule/cli_here.ts'
import { EventStream } from './event_stream.ts'

const redirectUri = 'http://127.0.0.1/callback'
const scope = 'atproto transition:generic'
const person = newCredentials('one')

let network: Network
let did: string
let app: OAuthApp
let session: OAuthSession
beforeAll(async () => {
  network = await startNetwork({ oneName: true })
})
afterAll(() => network?.close())

const get = (path: string, init?: RequestInit) => fetch(network.url + path, init)
const read = async (path: string) => (await get(path)).json()

test('somebody signs up, and the DID document names the one name', async () => {
  did = await headlessSignUp(network.url, person)
  const { service } = await (await fetch(`${network.plc.url}/${did}`)).json()
  expect(service).toMatchObject([{ id: '#atproto_pds', serviceEndpoint: network.url }])
  expect(network.pds).toMatchObject({ url: network.url, did: network.identity.did })
})

test('an app finds everything from the DID document on, and posts with DPoP', async () => {
  expect(await read('/.well-known/oauth-protected-resource')).toMatchObject({
    resource: network.url,
    authorization_servers: [network.url],
  })
  const { protected_resources } = await read('/.well-known/oauth-authorization-server')
  expect(protected_resources).toEqual([network.url])
  const clientId = loopbackClientId(redirectUri, scope)
  app = await discoverApp({ pdsUrl: network.url, clientId, redirectUri, scope })
  session = await headlessLogin(app, person)
  expect(session.did).toBe(did)
  expect(await postAndReadBack(app, session, 'under one name')).toBe('under one name')
})

test('an account method with a DPoP proof takes the way over the PDS, and ends', async () => {
  const answer = await xrpc(app, session, 'GET', 'com.atproto.server.getSession', {})
  expect(answer).toMatchObject({ status: 200, body: { did, handle: person.handle } })
})

test('a Bluesky-style client signs in, posts and is refreshed', async () => {
  const agent = new AtpAgent({ service: network.url })
  await agent.login({ identifier: person.handle, password: person.password })
  expect(agent.pdsUrl?.origin).toBe(network.url)
  await agent.com.atproto.repo.createRecord(newPost(did, 'with a password'))
  await agent.sessionManager.refreshSession()
  await agent.com.atproto.repo.createRecord(newPost(did, 'refreshed'))
  expect((await agent.com.atproto.server.checkAccountStatus()).data.validDid).toBe(true)
})

describe('a relay', () => {
  test('is told of posts by the event stream, and goes on from a cursor', async () => {
    const before = await EventStream.open(network.url, 0)
    await before.until((frame) => frame.includes(did))
    await xrpc(app, session, 'POST', 'com.atproto.repo.createRecord', newPost(did, 'to all'))
    await before.until((frame) => frame.includes('to all'))
    const frames = before.close()

    const again = await EventStream.open(network.url, 0)
    await again.until((frame) => frame.includes('to all'))
    expect(again.close()).toEqual(frames)
  })

  test('lists the repos and gets each', async () => {
    const { repos } = await read('/xrpc/com.atproto.sync.listRepos')
    expect(repos).toMatchObject([{ did, active: true }])
    const repo = await get(`/xrpc/com.atproto.sync.getRepo?did=${did}`)
    const direct = await fetch(`${network.pds.address}/xrpc/com.atproto.sync.getRepo?did=${did}`)
    expect(await repo.bytes()).toEqual(await direct.bytes())
    expect(repo.headers.get('content-type')).toBe('application/vnd.ipld.car')
  })

  test('finds what a PDS says of itself', async () => {
    const direct = (path: string) => fetch(network.pds.address + path)
    for (const path of ['/xrpc/_health', '/xrpc/_health/', '/robots.txt']) {
      const [via, there] = await Promise.all([get(path), direct(path)])
      expect([via.status, await via.text()]).toEqual([there.status, await there.text()])
    }
    expect(await read('/_health')).toMatchObject({ status: 'ok' })
    expect(await read('/.well-known/did.json')).toMatchObject({
      id: network.identity.did,
      service: [{ id: '#atproto_pds', serviceEndpoint: network.url }],
    })
    const { did: told } = await read('/xrpc/com.atproto.server.describeServer')
    expect(told).toBe(network.pds.did)
  })
})

test('takedowns of records and blobs are the PDS’s, of accounts the entryway’s', async () => {
  const { uri, cid } = (
    await xrpc(app, session, 'POST', 'com.atproto.repo.createRecord', newPost(did, 'bad'))
  ).body
  const admin = (password: string) => ({
    authorization: `Basic ${Buffer.from(`admin:${password}`).toString('base64')}`,
  })
  const takeDown = (subject: object, password: string) =>
    get('/xrpc/com.atproto.admin.updateSubjectStatus', {
      method: 'POST',
      headers: {
        ...admin(password),
        'content-type': 'application/json',
        'content-encoding': 'gzip',
      },
      body: gzipSync(JSON.stringify({ subject, takedown: { applied: true, ref: 'r' } })),
    })
  const statusOf = async (query: string, password: string) => {
    const path = `/xrpc/com.atproto.admin.getSubjectStatus?${query}`
    return (await (await get(path, { headers: admin(password) })).json()).takedown
  }
  const record = { $type: 'com.atproto.repo.strongRef', uri, cid }
  const ofPds = network.pds.adminPassword
  expect((await takeDown(record, 'wrong')).status).toBe(401)
  expect((await takeDown(record, ofPds)).status).toBe(200)
  const query = `uri=${encodeURIComponent(String(uri))}`
  expect(await statusOf(query, ofPds)).toEqual({ applied: true, ref: 'r' })

  const account = { $type: 'com.atproto.admin.defs#repoRef', did }
  expect((await takeDown(account, ofPds)).status).toBe(401)
  expect(await statusOf(`did=${did}`, network.vestibule.adminPassword)).toEqual({ applied: false })
})

test('doctor finds it in order, from inside and from outside', async () => {
  const { stdout } = await runCliHere(network.vestibule.env, ['--json', 'doctor'])
  const checks = JSON.parse(stdout) as { name: string; state: string; found: string }[]
  expect(checks.filter(({ state }) => state === 'failed')).toEqual([])
  const host = new URL(network.url).host
  expect(checks).toEqual(
    expect.arrayContaining([
      expect.objectContaining({ name: `PDS ${host}: public URL`, found: network.url }),
      expect.objectContaining({
        name: `${network.url}/.well-known/oauth-protected-resource`,
        found: 'it leads to the PDS',
      }),
    ]),
  )
})
