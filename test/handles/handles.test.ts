import type { AtpAgent } from '@atproto/api'
import { afterAll, afterEach, beforeAll, expect, test, vi } from 'vitest'
import { newCredentials } from '../../lab/clients/headless_sign_in.ts'
import {
  type CertificateAuthority,
  makeCertificateAuthority,
} from '../../lab/world/certificates.ts'
import { type Network, startNetwork } from '../../lab/world/network.ts'
import { type Troubled, troubled } from '../../lab/world/servers/faulty_server.ts'
import { agentAt } from '../shared/people/agent.ts'
import { send } from '../shared/test_gateway.ts'
import { type HttpsNames, startHttpsNames } from './https_names.ts'
import { delayPost, interceptPost } from './intercept.ts'

const OWN_HTTPS = 'alice.vestibule-people.com'
const OWN_DNS = 'bob.vestibule-people.com'

let ca: CertificateAuthority
let names: HttpsNames
let network: Network
let agent: AtpAgent
let did: string
let handle: string
let trouble: Troubled

beforeAll(async () => {
  ca = await makeCertificateAuthority()
  names = await startHttpsNames(ca, OWN_HTTPS)
  network = await startNetwork({
    env: {
      ...names.env,
      NODE_EXTRA_CA_CERTS: ca.certFile,
      // One account changes its handle more often here than a person may.
      ENTRYWAY_RATE_LIMITS: 'off',
    },
  })
  // The PDS's own fetch goes through no proxy.
  Object.assign(network.pds.pds.ctx.idResolver.handle, { fetch: globalThis.fetch })
  trouble = troubled(network.pds.server)
  const person = newCredentials('han')
  agent = await agentAt(network.url, person)
  did = agent.assertDid
  handle = person.handle
})
afterAll(async () => {
  await network?.close()
  await names?.close()
  await ca?.close()
})
/** After every test, whatever it tried: all agree on the handle, and only on that. */
afterEach(() => expectEverywhere(handle))

const change = async (to: string) => {
  await agent.com.atproto.identity.updateHandle({ handle: to })
  handle = to
}

/** Handles on PLC, from the first operation on. */
async function plcLog(): Promise<string[]> {
  const operations = (await (await fetch(`${network.plc.url}/${did}/log`)).json()) as {
    alsoKnownAs: string[]
  }[]
  return operations.map(({ alsoKnownAs }) => String(alsoKnownAs[0]).replace('at://', ''))
}

const wellKnown = (host: string) =>
  send(`${network.url}/.well-known/atproto-did`, { headers: { host } })

async function resolve(url: string, name: string): Promise<unknown> {
  const query = new URLSearchParams({ handle: name })
  const response = await fetch(`${url}/xrpc/com.atproto.identity.resolveHandle?${query}`)
  return ((await response.json()) as { did?: string }).did
}

async function expectEverywhere(name: string): Promise<void> {
  expect((await plcLog()).at(-1)).toBe(name)
  const { data: session } = await agent.com.atproto.server.getSession()
  expect(session.handle).toBe(name)
  const { data: repo } = await agent.com.atproto.repo.describeRepo({ repo: did })
  expect(repo).toMatchObject({ handle: name, handleIsCorrect: true })
  expect(await resolve(network.url, name)).toBe(did)
  expect(await wellKnown(name)).toMatchObject({ statusCode: 200, text: did })
}

test('a handle is found under its own host name', async () => {
  const found = await wellKnown(`${handle.toUpperCase()}:443`)
  expect(found).toMatchObject({ statusCode: 200, text: did })
  expect(found.headers).toMatchObject({
    'content-type': expect.stringMatching('text/plain'),
    'access-control-allow-origin': '*',
  })
  expect(await wellKnown('nobody.test')).toMatchObject({ statusCode: 404, text: 'User not found' })
})

test('a deactivated account is not found under its host name', async () => {
  await agent.com.atproto.server.deactivateAccount({})
  expect((await wellKnown(handle)).statusCode).toBe(404)
  await agent.com.atproto.server.activateAccount()
})

test('a handle of the service is changed, and the old one is free', async () => {
  const old = handle
  await change(`new-${old}`)
  expect(await resolve(network.url, old)).toBeUndefined()
  expect((await wellKnown(old)).statusCode).toBe(404)
  await change(old)
})

test('a domain of one’s own counts once it says so over HTTPS', async () => {
  await expect(change(OWN_HTTPS)).rejects.toThrow('External handle did not resolve to DID')
  names.did('did:plc:somebodyelse')
  await expect(change(OWN_HTTPS)).rejects.toThrow('External handle did not resolve to DID')
  names.did(did)
  await change(OWN_HTTPS)
})

test('a domain of one’s own counts once it says so in DNS', async () => {
  await expect(change(OWN_DNS)).rejects.toThrow('External handle did not resolve to DID')
  network.dns.txt.set(`_atproto.${OWN_DNS}`, [`did=${did}`])
  await change(OWN_DNS)
})

test.each([
  ['reserved', 'admin.test', 'Reserved handle'],
  ['too short', 'a.test', 'too short'],
  ['below a handle', 'a.b.test', 'Invalid characters in handle'],
  ['a domain that cannot exist', 'alice.internal', 'TLD is invalid or disallowed'],
])('a handle that is %s is refused', async (_name, wrong, message) => {
  const before = await plcLog()
  await expect(change(wrong)).rejects.toThrow(message)
  expect(await plcLog()).toEqual(before)
})

test('a handle that is taken is refused, and stays with its owner', async () => {
  const owner = newCredentials('own')
  const { assertDid } = await agentAt(network.url, owner)
  await expect(change(owner.handle)).rejects.toThrow('Handle already taken')
  expect(await resolve(network.url, owner.handle)).toBe(assertDid)
})

test('of two changes at once, one wins everywhere', async () => {
  const [a, b] = ['left-hand.test', 'right-hand.test']
  const results = await Promise.allSettled([change(a), change(b)])
  const won = results.flatMap(({ status }, i) => (status === 'fulfilled' ? [[a, b][i]] : []))
  expect(won.length).toBeGreaterThan(0)
  handle = (await plcLog()).at(-1) as string
  expect(won).toContain(handle)
})

test('a PDS that goes down meanwhile: both handles stay taken, and the change is finished later', async () => {
  const old = handle
  const next = 'later-hand.test'
  await trouble.begin('refuse')
  await expect(change(next)).rejects.toMatchObject({ status: 502, error: 'UpstreamFailure' })
  expect((await plcLog()).at(-1)).toBe(next)
  expect(await resolve(network.url, old)).toBe(did)
  await trouble.end()

  const other = await agentAt(network.url, newCredentials('oth'))
  for (const taken of [old, next]) {
    const asked = other.com.atproto.identity.updateHandle({ handle: taken })
    await expect(asked).rejects.toThrow('Handle already taken')
  }
  await expect(change('third-hand.test')).rejects.toThrow('Another handle change is under way')
  await change(next)
  await other.com.atproto.identity.updateHandle({ handle: old })
})

test('a change that reaches PLC after its answer is lost: no other account gets either handle', async () => {
  const next = 'late-hand.test'
  const operation = delayPost(network.plc.server, network.plc.url)
  await expect(change(next)).rejects.toMatchObject({ status: 502, error: 'UpstreamFailure' })
  const other = await agentAt(network.url, newCredentials('oth'))
  for (const taken of [handle, next]) {
    const asked = other.com.atproto.identity.updateHandle({ handle: taken })
    await expect(asked).rejects.toThrow('Handle already taken')
  }
  const deliver = await operation
  expect((await deliver()).status).toBe(200)
  expect((await plcLog()).at(-1)).toBe(next)
  await change(next)
})

test('a change that PLC refuses is over at once', async () => {
  const next = 'no-hand.test'
  interceptPost(network.plc.server, (_request, response) => response.writeHead(429).end())
  await expect(change(next)).rejects.toMatchObject({ status: 502, error: 'UpstreamFailure' })
  await change('yes-hand.test')
})

test('a change that the PDS cannot see in PLC is taken back, and says what to do', async () => {
  const before = await plcLog()
  const { did } = network.pds.pds.ctx.idResolver
  vi.spyOn(did, 'resolveAtprotoData').mockRejectedValueOnce(new Error('PLC is away'))
  await expect(change('unseen-hand.test')).rejects.toThrow(
    /^Handle does not match DID doc\. .*Try again in a minute\. .*PDS_DID_PLC_URL.*ENTRYWAY_PLC_URL/,
  )
  expect(await plcLog()).toEqual([...before, 'unseen-hand.test', handle])
  await change('seen-hand.test')
  await change(handle)
})

test('a change that the PDS refuses is taken back', async () => {
  const before = await plcLog()
  const squatter = 'squat-hand.test'
  const db = network.pds.pds.ctx.accountManager.db.db
  await db
    .insertInto('actor')
    .values({ did: 'did:plc:squatter', handle: squatter, createdAt: new Date().toISOString() })
    .execute()
  await expect(change(squatter)).rejects.toThrow()
  expect(await plcLog()).toEqual([...before, squatter, handle])
})
