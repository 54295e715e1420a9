import { AtpAgent } from '@atproto/api'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { headlessLogin } from '../../lab/clients/headless_login.ts'
import { headlessSignUp, newCredentials } from '../../lab/clients/headless_sign_in.ts'
import { newPost } from '../../lab/clients/new_post.ts'
import { discoverApp, loopbackClientId } from '../../lab/clients/oauth_app.ts'
import { postAndReadBack, readText, xrpc } from '../../lab/clients/xrpc.ts'
import { type Network, startNetwork } from '../../lab/world/network.ts'
import { type Pds, startPds } from '../../lab/world/servers/pds.ts'
import { agentAt } from '../shared/people/agent.ts'
import { operate } from './operate.ts'

let network: Network
let first: Pds
let second: Pds

beforeAll(async () => {
  network = await startNetwork()
  first = network.pds
  second = await startPds({
    plcUrl: network.plc.url,
    entryway: network.identity,
  })
})
afterAll(async () => {
  await second?.close()
  await network?.close()
})

const protectedResources = async () => {
  const response = await fetch(`${network.url}/.well-known/oauth-authorization-server`)
  return (await response.json()).protected_resources
}

const pdsOf = (agent: AtpAgent) => homes.get(agent.assertDid)
const homes = new Map<string, Pds>()

/** Signs somebody up and finds out on which PDS the repo is. */
async function signUp(): Promise<AtpAgent> {
  const agent = await agentAt(network.url, newCredentials('sev'))
  const { data } = await agent.com.atproto.repo.describeRepo({ repo: agent.assertDid })
  const [service] = (data.didDoc as { service: { serviceEndpoint: string }[] }).service
  const home = [first, second].find(({ url }) => url === service?.serviceEndpoint)
  if (!home) throw new Error(`The repo is on ${service?.serviceEndpoint}`)
  homes.set(agent.assertDid, home)
  return agent
}

/** Signs somebody up on `pds`, which is the only one open meanwhile. */
async function signUpOn(pds: Pds): Promise<AtpAgent> {
  for (const { did } of [first, second]) {
    await operate(network, 'pds/place', { pds: did, open: did === pds.did, capacity: null })
  }
  const agent = await signUp()
  expect(pdsOf(agent)?.did).toBe(pds.did)
  return agent
}

test('a PDS that is added while running is soon listed', async () => {
  expect(await protectedResources()).toEqual([first.url])
  const { url, did, adminPassword } = second
  expect((await operate(network, 'pds/add', { url, did, adminPassword })).status).toBe(200)
  await expect.poll(protectedResources, { timeout: 60_000 }).toEqual([first.url, second.url])
})

test('accounts that sign up at once are spread by weight', async () => {
  await operate(network, 'pds/place', { pds: second.did, weight: 3 })
  const agents = await Promise.all(Array.from({ length: 8 }, signUp))
  const onSecond = agents.filter((agent) => pdsOf(agent) === second)
  expect(onSecond).toHaveLength(6)
})

test('a PDS that is closed or full takes no accounts, and sign-up closes with the last one', async () => {
  await operate(network, 'pds/place', { pds: first.did, open: false })
  await operate(network, 'pds/place', { pds: second.did, capacity: 7 })
  const results = await Promise.allSettled([signUp(), signUp()])
  expect(results.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected'])
  const refused = results.find(({ status }) => status === 'rejected') as PromiseRejectedResult
  expect(refused.reason).toMatchObject({
    status: 400,
    message: expect.stringContaining('takes no new accounts'),
  })
  expect((await operate(network, 'pds/remove', { pds: second.did })).status).toBe(400)
  expect(pdsOf(await signUpOn(first))).toBe(first)
})

test('each account posts on its own PDS with a legacy session, and on no other', async () => {
  for (const [home, other] of [
    [first, second],
    [second, first],
  ] as const) {
    const agent = await signUpOn(home)
    const did = agent.assertDid
    const { data } = await agent.com.atproto.repo.createRecord(newPost(did, home.url))
    expect(await readText(home.url, data.uri)).toBe(home.url)
    expect(await readText(network.url, data.uri)).toBe(home.url)

    const strangerAt = new AtpAgent({ service: other.url })
    await expect(
      strangerAt.com.atproto.repo.createRecord(newPost(did, 'elsewhere'), {
        headers: { authorization: `Bearer ${agent.session?.accessJwt}` },
      }),
    ).rejects.toMatchObject({ status: 400, error: 'InvalidToken' })
    await agent.sessionManager.refreshSession()
    agent.sessionManager.pdsUrl = undefined
    await agent.com.atproto.repo.createRecord(newPost(did, 'refreshed'))
  }
})

test('the operator of one PDS has no say over the accounts of another', async () => {
  for (const [home, other] of [
    [first, second],
    [second, first],
  ] as const) {
    const agent = await signUpOn(home)
    const did = agent.assertDid
    const { admin, server } = new AtpAgent({ service: network.url }).com.atproto
    const as = ({ adminPassword }: Pds) => ({
      headers: {
        authorization: `Basic ${Buffer.from(`admin:${adminPassword}`).toString('base64')}`,
      },
      encoding: 'application/json' as const,
    })
    const password = 'set by the PDS'
    const email = `${did.slice(-8)}@mail.vestibule.internal`
    for (const change of [
      (pds: Pds) => admin.updateAccountPassword({ did, password }, as(pds)),
      (pds: Pds) => admin.updateAccountEmail({ account: did, email }, as(pds)),
    ]) {
      await expect(change(other)).rejects.toMatchObject({ status: 401 })
      await change(home)
    }
    await server.createSession({ identifier: email, password })
  }
})

test('each account posts on its own PDS with an OAuth session, and on no other', async () => {
  const redirectUri = 'http://127.0.0.1/callback'
  const scope = 'atproto transition:generic'
  for (const [home, other] of [
    [first, second],
    [second, first],
  ] as const) {
    await operate(network, 'pds/place', { pds: other.did, open: false })
    await operate(network, 'pds/place', { pds: home.did, open: true })
    const person = newCredentials('oau')
    const did = await headlessSignUp(network.url, person)
    const app = await discoverApp({
      pdsUrl: home.url,
      clientId: loopbackClientId(redirectUri, scope),
      redirectUri,
      scope,
    })
    const session = await headlessLogin(app, person)
    expect(session.did).toBe(did)

    const elsewhere = { ...app, pdsUrl: other.url }
    const create = 'com.atproto.repo.createRecord'
    await expect(xrpc(elsewhere, session, 'POST', create, newPost(did, 'no'))).rejects.toThrow()
    await expect(
      xrpc({ ...app, pdsUrl: network.url }, session, 'POST', create, newPost(did, 'no')),
    ).rejects.toMatchObject({
      cause: [{ scheme: 'dpop', parameters: { resource_metadata: resourceOf(home) } }],
    })
    expect(await postAndReadBack(app, session, 'here')).toBe('here')
  }
})

const resourceOf = ({ url }: Pds) => `${url}/.well-known/oauth-protected-resource`

test('requests without a token go to the PDS of the account they name', async () => {
  for (const home of [first, second]) {
    const [did] = [...homes].find(([, pds]) => pds === home) as [string, Pds]
    for (const query of [`repo.describeRepo?repo=${did}`, `sync.getLatestCommit?did=${did}`]) {
      const path = `/xrpc/com.atproto.${query}`
      const [via, direct] = await Promise.all([fetch(network.url + path), fetch(home.url + path)])
      expect(via.status).toBe(200)
      expect(await via.json()).toEqual(await direct.json())
    }
  }
  const unclear = await fetch(`${network.url}/xrpc/com.atproto.sync.listRepos`)
  expect(unclear.status).toBe(400)
  expect(await unclear.json()).toMatchObject({
    error: 'InvalidRequest',
    message: expect.stringMatching(`${first.url}, ${second.url}`),
  })
})
