import { type Dispatcher, Pool } from 'undici'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { headlessLogin } from '../../lab/clients/headless_login.ts'
import { headlessSignUp, newCredentials } from '../../lab/clients/headless_sign_in.ts'
import { discoverApp, loopbackClientId } from '../../lab/clients/oauth_app.ts'
import { refresh } from '../../lab/clients/oauth_session.ts'
import { type Network, startNetwork } from '../../lab/world/network.ts'
import { Random } from './random.ts'
import { type Dish, serve, spoil } from './recipe.ts'
import { choose, tokensIn } from './recipes.ts'
import { type KnownSecrets, makeTarget, readData, renew, type Target } from './target.ts'
import { breakMessage, exchange } from './wire.ts'

/** Another run: `FUZZ_SEED=7 FUZZ_REQUESTS=100000`. */
const SEED = Number(process.env.FUZZ_SEED ?? 1)
const REQUESTS = Number(process.env.FUZZ_REQUESTS ?? 10_000)
/** After so many, somebody else is the target, and what is used up is made anew. */
const ROUND = 2_500
const RENEW = 100
const MESSAGES = 500
const IN_FLIGHT = 48
/** Milliseconds after which a request counts as never answered. */
const PATIENCE = 60_000
const STACK = /\bat .{0,200}(\.[cm]?[jt]s:\d+|node:internal)|node_modules/

const known: KnownSecrets = new Map()
/** Issued in the run: nowhere but in the answer that issued them. */
const issued = new Set<string>()
let network: Network

beforeAll(async () => {
  network = await startNetwork({
    env: { ENTRYWAY_RATE_LIMITS: 'off', ENTRYWAY_OPENID_REGISTRATION: 'open' },
  })
})
afterAll(() => network?.close())

test(`${REQUESTS} spoilt requests get a valid answer or a 4xx`, async () => {
  const { pid } = network.vestibule
  const random = new Random(SEED)
  const pool = new Pool(network.url, { connections: IN_FLIGHT, pipelining: 1 })
  const faults: string[] = []
  const statuses = new Map<number, number>()

  for (let done = 0; done < REQUESTS; done += ROUND) {
    const target = await makeTarget(network, known)
    let left = Math.min(ROUND, REQUESTS - done)
    const lane = async () => {
      while (left-- > 0) {
        if (left % RENEW === 0) await renew(target)
        const dish = serve(spoil(random, await choose(target, random)))
        const { status, fault } = await taste(pool, dish, target)
        statuses.set(status, (statuses.get(status) ?? 0) + 1)
        if (fault) faults.push(`${fault}\n  ${JSON.stringify(dish).slice(0, 2_000)}`)
      }
    }
    await Promise.all(Array.from({ length: IN_FLIGHT }, lane))
  }
  await pool.close()

  expect(faults).toEqual([])
  expect(network.vestibule.pid, 'it did not crash').toBe(pid)
  // As many as these are answered for their own sake, so the run reached the inside.
  for (const status of [200, 201, 302, 400, 401, 404, 405, 415]) {
    expect(statuses.get(status), `answers with ${status}`).toBeGreaterThan(REQUESTS / 2_000)
  }
}, 600_000)

test(`${MESSAGES} broken HTTP messages are refused, and none is answered with a 5xx`, async () => {
  const random = new Random(SEED)
  const { pid } = network.vestibule
  const statuses = new Set<string>()
  let left = MESSAGES
  const lane = async () => {
    while (left-- > 0) {
      const answer = await exchange(network.url, breakMessage(random))
      for (const [, status] of answer.matchAll(/^HTTP\/1\.1 (\d{3})/gm))
        statuses.add(String(status))
    }
  }
  await Promise.all(Array.from({ length: IN_FLIGHT }, lane))
  // The PDS answers 501 to a method that does not exist.
  expect([...statuses].filter((status) => status >= '500' && status !== '501')).toEqual([])
  expect([...statuses]).toContain('400')
  expect(network.vestibule.pid).toBe(pid)
})

test('no secret of the run is in a log or a database, and no stack trace in a log', () => {
  const secrets = [...known.keys(), ...issued, ...codesMailed()]
  expect(issued.size, 'tokens issued to what was spoilt').toBeGreaterThan(0)
  expect(secrets.length).toBeGreaterThan(REQUESTS / 200)
  const { logs, dataDir } = network.vestibule
  expect(secrets.filter((secret) => logs.includes(secret)).map(nameOf)).toEqual([])
  expect(logs.split('\n').filter((line) => STACK.test(line))).toEqual([])
  for (const [path, content] of readData(dataDir)) {
    const found = secrets.filter((secret) => content.includes(secret)).map(nameOf)
    expect(found, path).toEqual([])
  }
})

test('afterwards, everything works for somebody who was not there', async () => {
  const redirectUri = 'http://127.0.0.1/callback'
  const app = await discoverApp({
    pdsUrl: network.pds.url,
    clientId: loopbackClientId(redirectUri, 'atproto'),
    redirectUri,
    scope: 'atproto',
  })
  const person = newCredentials('after')
  const did = await headlessSignUp(network.url, person)
  const session = await headlessLogin(app, person)
  expect((await refresh(app, session)).did).toBe(did)
})

/** Sends a request and judges what comes back. */
async function taste(
  pool: Pool,
  { target: path, ...dish }: Dish,
  target: Target,
): Promise<{ status: number; fault?: string }> {
  let response: Dispatcher.ResponseData
  let text: string
  try {
    response = await pool.request({
      path,
      method: dish.method as Dispatcher.HttpMethod,
      headers: dish.headers.flat(),
      body: dish.body,
      headersTimeout: PATIENCE,
    })
    text = await response.body.text()
  } catch (err) {
    return { status: 0, fault: `no answer: ${(err as Error).message}` }
  }
  const status = response.statusCode
  if (status >= 500 && !isJustified(path, status, text)) {
    return { status, fault: `${status} ${text.slice(0, 300)}` }
  }
  if (STACK.test(text) && !isPage(response))
    return { status, fault: `stack trace: ${text.slice(0, 300)}` }
  const leaked =
    status >= 400 ? [...known.keys()].find((secret) => text.includes(secret)) : undefined
  if (leaked) return { status, fault: `${known.get(leaked)} in an answer: ${text.slice(0, 300)}` }
  if (status < 300) for (const token of tokensIn(text)) issued.add(token)
  const rotated = text.match(/"refresh_token":"([^"]+)"/)?.[1]
  if (rotated?.includes(target.person.did)) target.session.refreshToken = rotated
  return { status }
}

/** Scripts of the pages, which are the provider's. */
function isPage({ headers }: Dispatcher.ResponseData): boolean {
  return /javascript|html/.test(String(headers['content-type']))
}

/**
 * Answers of 5xx that are right: to XRPC methods that do not exist (as the reference PDS answers), and to who asks how
 * the program is while it has had no time to say so for two seconds.
 */
function isJustified(path: string, status: number, text: string): boolean {
  const isUnknownMethod = status === 501 && (text === '' || text.includes('MethodNotImplemented'))
  if (path.startsWith('/xrpc/') && isUnknownMethod) return true
  return path.startsWith('/_health') && status === 503 && text.includes('The service is busy')
}

function codesMailed(): string[] {
  return network.smtp.mails.flatMap(({ text }) => text?.match(/\b[A-Z2-7]{5}-[A-Z2-7]{5}\b/g) ?? [])
}

function nameOf(secret: string): string {
  return known.get(secret) ?? `${secret.slice(0, 12)}… issued in the run`
}
