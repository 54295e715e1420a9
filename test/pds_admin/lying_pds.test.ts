import type { RequestListener, ServerResponse } from 'node:http'
import { afterAll, beforeAll, beforeEach, expect, onTestFinished, test, vi } from 'vitest'
import { loadSecrets } from '../../base/secrets/secrets.ts'
import { readSettings } from '../../base/settings/settings.ts'
import { type LoopbackServer, listenOnLoopback } from '../../lab/world/loopback.ts'
import { makeTemporaryFolder } from '../../lab/world/temporary_folder.ts'
import { checkPds } from '../../operator/doctor/pds.ts'
import { PdsClient } from '../../pds/client.ts'
import { describePds, readProtectedResource } from '../../pds/describe.ts'
import type { Services } from '../../sagas/services/services.ts'

const lifetimes = await vi.hoisted(() => vi.importActual<object>('../../base/lifetimes.ts'))
vi.mock('../../base/lifetimes.ts', () => ({
  ...lifetimes,
  UPSTREAM_TIMEOUT: 3_000,
}))

const did = 'did:plc:aaaaaaaaaaaaaaaaaaaaaaaa'
const head = 'bafyreidfayvfuwqa7qlnopdjiqrxzs6blmoeu4rujcjtnci5beludirz2a'
const repo = { did, head, rev: '3jzfcijpj2z2a', active: false }
const page = (cursor?: string) => ({ cursor, repos: [repo] })

let server: LoopbackServer
let client: PdsClient
let answer: RequestListener

function inJson(response: ServerResponse, body: unknown): void {
  response.setHeader('content-type', 'application/json')
  response.end(typeof body === 'string' ? body : JSON.stringify(body))
}

/** What a PDS answers that tells the truth, by the last part of the name; nothing where a method has no output. */
const truths: Record<string, object> = {
  describeServer: { did, availableUserDomains: [] },
  'oauth-protected-resource': { resource: 'https://pds.test', authorization_servers: [] },
  reserveSigningKey: { signingKey: 'did:key:zQ3' },
  getRecommendedDidCredentials: { verificationMethods: { atproto: 'did:key:zQ3' } },
  createAccount: { accessJwt: 'a', refreshJwt: 'r', handle: 'alice.test', did },
  getSubjectStatus: { subject: { $type: 'com.atproto.admin.defs#repoRef', did } },
  updateSubjectStatus: { subject: { $type: 'com.atproto.admin.defs#repoRef', did } },
  describeRepo: { did, handle: 'alice.test', didDoc: {}, collections: [], handleIsCorrect: true },
  getRecord: { uri: `at://${did}/app.bsky.actor.profile/self`, cid: head, value: {} },
  listRepos: page(),
}

function inHtml(response: ServerResponse): void {
  response.setHeader('content-type', 'text/html')
  response.end('<!doctype html><title>It works!</title>')
}

const nameOf = (url = '') => new URL(url, server.url).pathname.split(/[./]/).at(-1) as string
const right = (url?: string) => truths[nameOf(url)]

const well: RequestListener = ({ url }, response) => {
  const truth = right(url)
  if (truth) inJson(response, truth)
  else response.end()
}

beforeAll(async () => {
  server = await listenOnLoopback((request, response) => answer(request, response))
  const { url } = server
  client = new PdsClient({ did: 'did:web:pds.test', url, address: url, adminPassword: 'x' })
})
afterAll(() => server?.close())
beforeEach(() => {
  answer = well
})

/** What the program asks of a PDS by itself. */
const ways: Record<string, () => Promise<unknown>> = {
  reserveSigningKey: () => client.reserveSigningKey(),
  listRepos: async () => {
    const found: string[] = []
    for await (const { did } of client.listInactive()) found.push(did)
    return found
  },
  describeServer: () => describePds(server.url),
  'oauth-protected-resource': () => readProtectedResource(server.url),
  getRecommendedDidCredentials: () => client.readSigningKey('x'),
  createAccount: () => client.createAccount({ did, handle: 'alice.test', plcOp: {} as never }),
  getSubjectStatus: () => client.readStanding(did),
  describeRepo: () => client.findHolder('alice.test'),
  getRecord: () => client.readProfile(did),
  updateAccountHandle: () => client.updateHandle(did, 'alice.test'),
  updateSubjectStatus: () => client.updateStatus(did, { takedownRef: 'x' }),
  deleteAccount: () => client.deleteAccount(did),
}

const each = (work: (name: string, ask: () => Promise<unknown>) => Promise<unknown>) =>
  Promise.all(Object.entries(ways).map(([name, ask]) => work(name, ask)))

test.each<[string, RequestListener]>([
  [
    'megabytes of spaces before what is right',
    ({ url }, response) => inJson(response, ' '.repeat(5_000_000) + JSON.stringify(right(url))),
  ],
  [
    'an answer without an end',
    (_, response) => {
      response.setHeader('content-type', 'application/json')
      const timer = setInterval(() => response.write(' '), 100)
      response.once('close', () => clearInterval(timer))
    },
  ],
  [
    'less than it says',
    (_, response) => {
      response.writeHead(200, { 'content-type': 'application/json', 'content-length': '100' })
      response.write('{}', () => response.destroy())
    },
  ],
  [
    'a redirect',
    (_, response) => void response.writeHead(307, { location: 'http://127.0.0.1:1/' }).end(),
  ],
  ['another shape', (_, response) => inJson(response, { signingKey: 5, repos: 5, did: 5 })],
  ['no JSON', (_, response) => inJson(response, 'It works!')],
  ['the page of another server', (_, response) => inHtml(response)],
])('a PDS that answers with %s is away at each call, and then it is there', async (kind, lie) => {
  answer = lie
  await each(async (name, ask) => {
    const asked = ask()
    // Where nothing is to be read, nothing can be of another shape.
    if (kind === 'another shape' && truths[name] === undefined) await asked
    else await expect(asked, name).rejects.toThrow(/unavailable|names no signing key/)
  })
  answer = well
  await each((_, ask) => ask())
})

test('what a PDS says of another account is not taken', async () => {
  const other = 'did:plc:bbbbbbbbbbbbbbbbbbbbbbbb'
  answer = (request, response) => {
    const truth = JSON.stringify(right(request.url))
    inJson(response, truth.replaceAll(did, other))
  }
  await expect(client.readStanding(did)).rejects.toThrow('unavailable')
  await expect(client.readProfile(did)).rejects.toThrow('unavailable')
  expect(await client.readStanding(other)).toMatchObject({ takedownRef: null })
  expect(await client.readProfile(other)).toMatchObject({ cid: head })
})

test('a list that begins anew with each page has an end', async () => {
  answer = (_, response) => inJson(response, page('the same'))
  await expect(ways.listRepos?.()).rejects.toThrow('unavailable')
  answer = ({ url }, response) => inJson(response, url?.includes('cursor') ? page() : page('next'))
  expect(await ways.listRepos?.()).toHaveLength(2)
})

test('a PDS that is silent about tokens is not waited for without an end, and that is said', async () => {
  const folder = await makeTemporaryFolder('lying-pds')
  onTestFinished(folder.remove)
  const settings = readSettings({ ENTRYWAY_DEV: '1', ENTRYWAY_DATA_DIR: folder.path })
  const secrets = await loadSecrets(settings)
  const services = { handles: { domains: [] }, secrets, settings } as object as Services
  answer = (request, response) => {
    if (!request.url?.includes('checkAccountStatus')) return well(request, response)
    response.setHeader('content-type', 'application/json')
    response.write('{')
  }
  const { url } = server
  const checks = await checkPds({ did, url, address: url, adminPassword: 'x' }, services)
  expect(checks.at(-1)).toMatchObject({
    name: expect.stringContaining('tokens of this entryway'),
    state: 'failed',
    found: expect.stringContaining('timeout'),
  })
})
