import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { readingFor } from '../../app/answer.ts'
import { OverloadLog } from '../../app/overload_log.ts'
import { findRouteIn } from '../../app/routes.ts'
import { createLog } from '../../base/watching/log.ts'
import type { RequestEnvelope } from '../../http/envelope.ts'
import { textResponse } from '../../http/message.ts'
import { pageDoor } from '../../http/routes/door.ts'
import { newHeadlessBrowser } from '../../lab/clients/headless_browser.ts'
import { startVestibule, type Vestibule } from '../../lab/world/vestibule/vestibule.ts'
import { PAGE_API } from '../../oauth/paths.ts'

/** What fuzzing found, each case named after what it was. */
let vestibule: Vestibule

beforeAll(async () => {
  vestibule = await startVestibule({ plcUrl: 'http://localhost:9' })
})
afterAll(() => vestibule?.close())

test('requests that are refused left warnings with stack traces in the log', async () => {
  // The last line of the start, which is written while others already ask.
  await vi.waitFor(() => expect(vestibule.logs).toContain('Only reachable on this machine'), {
    timeout: 60_000,
  })
  const before = vestibule.logs
  const refused = [
    fetch(`${vestibule.url}${PAGE_API}/sign-in`, { method: 'POST', body: '{"__proto__":1}' }),
    fetch(`${vestibule.url}/oauth/par`, { method: 'POST', body: new URLSearchParams('state=x') }),
    fetch(`${vestibule.url}/oauth/authorize?request_uri=x&client_id=x`),
  ]
  for (const { status } of await Promise.all(refused)) {
    expect(status).toBeGreaterThanOrEqual(400)
    expect(status).toBeLessThan(500)
  }
  expect((await fetch(`${vestibule.url}/oauth/jwks`)).status).toBe(200)
  // One line for each, which is no warning.
  const lines = vestibule.logs.slice(before.length).split('\n').filter(Boolean)
  expect(lines.filter((line) => !['debug', 'info'].includes(JSON.parse(line).level))).toEqual([])
})

test('anybody could make databases, one for every DID they thought of', async () => {
  const browser = newHeadlessBrowser(vestibule.url)
  const page = `${vestibule.url}/account`
  await (await browser.open(page)).body.dump()
  const dids = ['did:plc:aaaaaaaaaaaaaaaaaaaaaaaa', 'did:web:a..', `did:plc:${'a.'.repeat(150)}`]
  for (const did of dids) {
    await expect(
      browser.callApi(page, 'verify-email-request', { did, locale: 'en' }),
    ).rejects.toMatchObject({ status: 401 })
    await browser.callApi(page, 'sign-out', { did })
  }
  expect(existsSync(join(vestibule.dataDir, 'accounts'))).toBe(false)
  expect(readdirSync(vestibule.dataDir).filter((name) => name.startsWith('did'))).toEqual([])
})

const valid: RequestEnvelope = {
  method: 'GET',
  target: '/',
  headers: [['host', 'localhost']],
  body: null,
  client: { address: '127.0.0.1', port: 4711 },
}

test.each([
  ['an unknown method', { ...valid, method: 'GETGET' }],
  ['a client without a port', { ...valid, client: { address: '127.0.0.1' } }],
  ['a client whose port is no number', { ...valid, client: { address: '::1', port: 'x' } }],
])('an envelope with %s made the auth actor fail', async (_, envelope) => {
  const home = { name: 'home', path: '/', methods: ['GET'], body: 'none', door: pageDoor } as const
  const publicUrl = 'http://localhost:2600'
  const routes = [{ ...home, answer: async () => textResponse('ok') }]
  const findRoute = findRouteIn(routes, { publicUrl })
  const settings = { authActors: 1, name: 'Vestibule' }
  const names = { originOf: () => publicUrl }
  const overloads = new OverloadLog(createLog('silent'))
  const read = readingFor({ settings, names, findRoute, overloads })
  const ask = (given: unknown) => read(given as RequestEnvelope).answer()
  expect(await ask(envelope)).toMatchObject({ status: 400 })
  expect(await ask(valid)).toMatchObject({ status: 200 })
})
