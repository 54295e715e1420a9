import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { headlessSignUp, newCredentials } from '../../lab/clients/headless_sign_in.ts'
import { freePort } from '../../lab/world/loopback.ts'
import { type Network, startNetwork } from '../../lab/world/network.ts'
import { sayUnless } from '../shared/left_out.ts'

const hasPromtool = sayUnless(
  spawnSync('promtool', ['--version']).status === 0,
  'names and types of metrics: promtool is not installed (apt-get install prometheus)',
)

let network: Network
let port: number

beforeAll(async () => {
  port = await freePort()
  network = await startNetwork({
    env: { ENTRYWAY_METRICS_PORT: String(port) },
    program: { preloads: [fileURLToPath(new URL('./reject_on_message.ts', import.meta.url))] },
  })
})
// The last test has the program log an unhandled rejection, which is an error here.
afterAll(() => network?.close().catch(() => {}))

test('an operator sees requests, store calls, awake actors and the event loop', async () => {
  await headlessSignUp(network.url, newCredentials('metered'))
  await fetch(`${network.url}/made/up/by-somebody`)
  const response = await fetch(`http://127.0.0.1:${port}/metrics`)
  const metrics = await response.text()
  expect(response.headers.get('content-type')).toContain('text/plain')
  expect(metrics).toContain('vestibule_requests_total{route="~api/sign-up",status="200"} 1')
  expect(metrics).toContain('vestibule_requests_total{route="none",status="404"} 1')
  expect(metrics).toContain('vestibule_awake_actors{actor="account"} 1')
  expect(metrics).toMatch(/vestibule_store_call_seconds_count\{method="createAccount"\} 1/)
  expect(metrics).toContain('nodejs_eventloop_lag_seconds')
  expect(metrics).not.toContain('by-somebody')
})

test('mails are counted that were sent, and those that failed, though their answer waited for none', async () => {
  const person = newCredentials('counted')
  await headlessSignUp(network.url, person)
  const reset = () =>
    fetch(`${network.url}/xrpc/com.atproto.server.requestPasswordReset`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ email: person.email }),
    })
  const metrics = async () => (await fetch(`http://127.0.0.1:${port}/metrics`)).text()
  const line = (result: string) =>
    `vestibule_mails_total{kind="resetPassword",result="${result}"} 1`
  expect((await reset()).status).toBe(200)
  await expect.poll(metrics, { timeout: 60_000 }).toContain(line('sent'))
  network.smtp.refuse('mailbox is full')
  expect((await reset()).status).toBe(200)
  await expect.poll(metrics, { timeout: 60_000 }).toContain(line('failed'))
  expect(network.vestibule.logs).toContain('work in the background failed')
})

test('every metric of the dashboard and of the alert rules is there', async () => {
  const texts = ['grafana/vestibule.json', 'prometheus/vestibule.rules.yml'].map((path) =>
    readFileSync(new URL(`../../deploy/${path}`, import.meta.url), 'utf8'),
  )
  const named = texts.flatMap((text) =>
    [...text.matchAll(/\b((?:vestibule|nodejs|process)_[a-z0-9_]+)/g)].map(([, name = '']) =>
      name.replace(/_(bucket|count|sum)$/, ''),
    ),
  )
  const scraped = await (await fetch(`http://127.0.0.1:${port}/metrics`)).text()
  const there = new Set([...scraped.matchAll(/^# TYPE (\w+)/gm)].map(([, name]) => name))
  expect(new Set(named).size).toBeGreaterThan(20)
  expect([...new Set(named)].filter((name) => !there.has(name))).toEqual([])
  // And the page of them has each that the program adds.
  const page = readFileSync(new URL('../../docs/watching.md', import.meta.url), 'utf8')
  const own = [...there].filter((name) => name?.startsWith('vestibule_'))
  expect(own.filter((name) => !page.includes(`\`${name}\``))).toEqual([])
})

test('what people do is counted', async () => {
  const person = newCredentials('tallied')
  await headlessSignUp(network.url, person)
  const createSession = (password: string) =>
    fetch(`${network.url}/xrpc/com.atproto.server.createSession`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ identifier: person.handle, password }),
    })
  expect((await createSession('wrong')).status).toBe(401)
  expect((await createSession(person.password)).status).toBe(200)
  const metrics = await (await fetch(`http://127.0.0.1:${port}/metrics`)).text()
  for (const line of [
    'vestibule_sign_ins_total{way="password",result="failed"} 1',
    'vestibule_sign_ins_total{way="password",result="succeeded"} 1',
    'vestibule_events_total{event="sign_in_failed"} 1',
    'vestibule_tokens_total{profile="createSession",act="issued"} 1',
    'vestibule_sagas_open{what="sign-up"} 0',
  ]) {
    expect(metrics).toContain(`${line}\n`)
  }
  expect(metrics).toMatch(
    /vestibule_upstream_seconds_count\{upstream="pds",result="answered"\} [1-9]/,
  )
  expect(metrics).toMatch(/vestibule_database_bytes\{database="directory"\} [1-9]/)
})

test.runIf(hasPromtool)('Prometheus finds nothing wrong with a metric of ours', async () => {
  const input = await (await fetch(`http://127.0.0.1:${port}/metrics`)).text()
  const { stdout, stderr, error } = spawnSync('promtool', ['check', 'metrics'], {
    input,
    encoding: 'utf8',
  })
  expect(error).toBeUndefined()
  // Those of Node.js are named by prom-client.
  const found = (stdout + stderr).split('\n').filter((line) => !/^(nodejs_.*)?$/.test(line))
  expect(found).toEqual([])
})

test('the metrics are not on the public port', async () => {
  expect((await fetch(`${network.url}/metrics`)).status).toBe(404)
})

test('an unhandled rejection is logged and counted, fails the test, and the program lives', async () => {
  const count = async () => {
    const metrics = await (await fetch(`http://127.0.0.1:${port}/metrics`)).text()
    return Number(/^vestibule_unhandled_rejections_total (\d+)$/m.exec(metrics)?.[1])
  }
  expect(await count()).toBe(0)
  network.vestibule.send({})
  await expect.poll(count).toBe(1)
  expect((await fetch(`${network.url}/_health`)).status).toBe(200)
  await expect(network.vestibule.stop()).rejects.toThrow('Nothing waits for this')
  expect(network.vestibule.logs).toContain('"level":"error"')
})
