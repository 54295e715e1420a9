import type { RequestListener, ServerResponse } from 'node:http'
import { afterAll, beforeAll, beforeEach, expect, onTestFinished, test, vi } from 'vitest'
import { loadSecrets } from '../../base/secrets.ts'
import { readSettings } from '../../base/settings.ts'
import { type LoopbackServer, listenOnLoopback } from '../../lab/world/loopback.ts'
import { makeTemporaryFolder } from '../../lab/world/temporary_folder.ts'
import { checkPds } from '../../operator/check_pds.ts'
import { PdsClient } from '../../pds/client.ts'
import { describePds } from '../../pds/describe.ts'
import type { Services } from '../../sagas/services.ts'

vi.mock(import('../../base/lifetimes.ts'), async (original) => ({
  ...(await original()),
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

function right(url = ''): object {
  if (url.includes('describeServer')) return { did, availableUserDomains: [] }
  return url.includes('listRepos') ? page() : { signingKey: 'did:key:zQ3' }
}

const well: RequestListener = ({ url }, response) => inJson(response, right(url))

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
  'a key': () => client.reserveSigningKey(),
  accounts: async () => {
    const found: string[] = []
    for await (const { did } of client.listInactive()) found.push(did)
    return found
  },
  'who it is': () => describePds(server.url),
}

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
])('a PDS that answers with %s is away, and then it is there', async (_, lie) => {
  for (const ask of Object.values(ways)) {
    answer = lie
    await expect(ask()).rejects.toMatchObject({ message: expect.stringMatching(/unavailable/) })
    answer = well
    await ask()
  }
})

test('a list that begins anew with each page has an end', async () => {
  answer = (_, response) => inJson(response, page('the same'))
  await expect(ways.accounts?.()).rejects.toThrow('unavailable')
  answer = ({ url }, response) => inJson(response, url?.includes('cursor') ? page() : page('next'))
  expect(await ways.accounts?.()).toHaveLength(2)
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
