import { afterAll, beforeAll, expect, test } from 'vitest'
import { newHeadlessBrowser } from '../../lab/clients/headless_browser.ts'
import { makeSecretHex } from '../../lab/world/keys.ts'
import { freePort, type LoopbackServer, listenOnLoopback } from '../../lab/world/loopback.ts'
import { type Collector, startCollector } from '../../lab/world/servers/collector.ts'
import { makeTemporaryFolder, type TemporaryFolder } from '../../lab/world/temporary_folder.ts'
import { until, untilStatus } from '../../lab/world/until.ts'
import { type Run, runProgram } from '../../lab/world/vestibule/program.ts'

const METADATA = '/.well-known/oauth-authorization-server'
let folder: TemporaryFolder
let env: Record<string, string>
let collector: Collector
let url: string
let gateway: Run
let runner: Run
/** In place of a PDS: it fails when it is told to. */
let pds: LoopbackServer
const asked = Promise.withResolvers<() => void>()

beforeAll(async () => {
  collector = await startCollector()
  folder = await makeTemporaryFolder('two-processes')
  const told = Promise.withResolvers<void>()
  pds = await listenOnLoopback(async (request, response) => {
    if (request.method === 'POST') {
      asked.resolve(told.resolve)
      await told.promise
    }
    response.writeHead(500).end()
  })
  const port = await freePort()
  url = `http://localhost:${port}`
  env = {
    ENTRYWAY_DEV: '1',
    ENTRYWAY_PUBLIC_URL: url,
    ENTRYWAY_PORT: String(port),
    ENTRYWAY_ACTOR_PORT: String(await freePort()),
    ENTRYWAY_DATA_DIR: folder.path,
    ENTRYWAY_PLC_URL: 'http://localhost:9',
    ENTRYWAY_PDS_URL: pds.url,
    ENTRYWAY_PDS_DID: 'did:web:pds.test',
    ENTRYWAY_PDS_ADMIN_PASSWORD: makeSecretHex(),
    ENTRYWAY_HANDLE_DOMAINS: '.test',
    ENTRYWAY_INVITE_REQUIRED: 'false',
    ENTRYWAY_DPOP_SECRET_HEX: makeSecretHex(),
    ...collector.env,
  }
  gateway = runProgram('start_gateway.ts', { ...env, OTEL_SERVICE_NAME: 'gateway' })
})
afterAll(async () => {
  await gateway?.end('SIGKILL')
  await runner?.end('SIGKILL')
  await pds?.close()
  await collector?.close()
  await folder?.remove()
})

test('a gateway whose runner comes, dies and comes back', async () => {
  const alone = await untilStatus(url + METADATA, 503)
  expect(alone.headers.get('retry-after')).toBe('2')
  expect(await alone.json()).toMatchObject({ error: 'temporarily_unavailable' })
  expect((await fetch(`${url}/_health`)).status).toBe(503)

  runner = runProgram('start_runner.ts', env)
  const served = await untilStatus(url + METADATA, 200)
  expect(await served.json()).toMatchObject({ issuer: url })
  expect((await fetch(`${url}/_health`)).status).toBe(200)
  const page = await newHeadlessBrowser(url).open(`${url}/account/sign-up`)
  const [script] = (await page.body.text()).match(/[^"]+\.js(?=")/) ?? []
  const asset = await fetch(new URL(script as string, url))
  expect((await asset.arrayBuffer()).byteLength).toBeGreaterThan(64 * 1024)

  await runner.end('SIGKILL')
  expect((await untilStatus(url + METADATA, 503)).headers.get('retry-after')).toBe('2')

  runner = runProgram('start_runner.ts', env)
  await untilStatus(url + METADATA, 200)
  expect((await fetch(`${url}/oauth/jwks`)).status).toBe(200)
})

test('a runner answers what is under way before it ends, and nothing more', async () => {
  const signUp = fetch(`${url}/xrpc/com.atproto.server.createAccount`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ handle: 'tom.test', email: 'tom@mail.com', password: 'password' }),
  })
  const fail = await asked.promise
  expect((await fetch(url + METADATA)).status).toBe(200)
  const ended = runner.end('SIGTERM')
  await untilStatus(url + METADATA, 503)
  fail()
  const answer = await signUp
  expect(answer.status).toBe(502)
  expect(await answer.json()).toMatchObject({ error: 'UpstreamFailure' })
  expect(await ended).toBe(0)
})

test('a request is one trace in both', async () => {
  const { spans } = collector
  const named = (name: string) => spans.filter((span) => span.name === name)
  await until(
    () => named('POST com.atproto.server.createAccount').length > 0,
    'The gateway sends no trace of the sign-up',
  )
  const [asked] = named('PDS POST /xrpc/com.atproto.server.reserveSigningKey')
  const way: string[] = []
  for (let span = asked; span; span = spans.find(({ spanId }) => spanId === span?.parentId)) {
    expect(span.traceId).toBe(asked?.traceId)
    way.push(`${span.service}: ${span.kind} ${span.name}`)
  }
  expect(way).toEqual([
    'vestibule: client PDS POST /xrpc/com.atproto.server.reserveSigningKey',
    'vestibule: server auth.answer',
    'gateway: client auth.answer',
    'gateway: server POST com.atproto.server.createAccount',
  ])
})

test('the gateway ends in order', async () => {
  expect(await gateway.end('SIGTERM')).toBe(0)
})
