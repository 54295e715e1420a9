import { request as ask } from 'node:http'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Gateway, startGateway } from '../../gateway/server.ts'
import { type AppInProcess, startApp } from '../../lab/world/app/app.ts'
import {
  type CertificateAuthority,
  makeCertificateAuthority,
  trustHere,
} from '../../lab/world/certificates.ts'
import { freePort } from '../../lab/world/loopback.ts'
import { type HttpsHost, startHttpsHost } from '../../lab/world/servers/https.ts'
import { checkFront } from '../../operator/doctor/front.ts'
import { INSTANCE } from '../../operator/doctor/instance.ts'
import { SEEN_PATH } from '../../operator/doctor/seen.ts'

let ca: CertificateAuthority
/** The proxy in front. */
let front: HttpsHost
let app: AppInProcess
let trusting: Gateway
let doubting: Gateway

beforeAll(async () => {
  ca = await makeCertificateAuthority()
  await trustHere(ca)
  front = await startHttpsHost(ca)
  await import('../../lab/world/servers/resolve_test_names.ts')
  app = await startApp({ env: { ENTRYWAY_PUBLIC_URL: front.url } })
  trusting = await startGatewayThatTrusts(['127.0.0.1'])
  doubting = await startGatewayThatTrusts(['10.0.0.1'])
})
afterAll(async () => {
  await doubting?.stop()
  await trusting?.stop()
  await app?.close()
  await front?.close()
  await ca?.close()
})

async function startGatewayThatTrusts(trustedProxies: string[]): Promise<Gateway> {
  const where = { host: '127.0.0.1', port: await freePort(), trustedProxies }
  return startGateway({ ...where, publicUrl: front.url, name: 'here' }, app.auth, app.runner.log)
}

/** Has the proxy pass requests on to a gateway, with these headers in the place of those that it got. */
function passTo({ address: { port } }: Gateway, headers: Record<string, string>): void {
  front.routes.set(SEEN_PATH, ({ headers: got }, response) => {
    const { authorization = '' } = got
    const passed = { host: got.host ?? '', authorization, ...headers }
    ask({ port, path: SEEN_PATH, headers: passed }, (answer) => {
      response.writeHead(answer.statusCode ?? 0)
      answer.pipe(response)
    }).end()
  })
}

const look = (more: { instance?: string; seenToken?: string } = {}) =>
  checkFront(app.runner.settings, {
    ...{ instance: INSTANCE, seenToken: app.runner.secrets.seenToken },
    ...more,
  })

const FORWARDED = { 'x-forwarded-for': '192.0.2.7' }

test('a proxy that keeps the host and says who its client is', async () => {
  passTo(trusting, FORWARDED)
  expect(await look()).toMatchObject({ state: 'ok' })
})

test.each([
  ['says nothing of its client', {}, /does not say.* all 127\.0\.0\.1,/],
  ['says what is none', { 'x-forwarded-for': '-' }, /does not say/],
  ['changes the host', { ...FORWARDED, host: '127.0.0.1:2600' }, /Host 127\.0\.0\.1:2600:/],
])('one that %s', async (_, headers, found) => {
  passTo(trusting, headers)
  const mend = expect.stringContaining('docs/deploy.md')
  expect(await look()).toMatchObject({ state: 'failed', found: expect.stringMatching(found), mend })
})

test('one that is not trusted', async () => {
  passTo(doubting, FORWARDED)
  const mend = expect.stringContaining('ENTRYWAY_TRUSTED_PROXIES')
  expect(await look()).toMatchObject({ state: 'failed', mend })
})

test('another program at the address, with the same keys and with others, and none', async () => {
  passTo(trusting, FORWARDED)
  const found = expect.stringContaining('another program with the keys of this one')
  expect(await look({ instance: 'other' })).toMatchObject({ state: 'failed', found })
  const strange = { found: expect.stringContaining('not the program of this folder (404)') }
  expect(await look({ seenToken: 'other' })).toMatchObject({ state: 'failed', ...strange })
  front.routes.delete(SEEN_PATH)
  expect(await look()).toMatchObject({ state: 'failed', ...strange })
})

test('for all others there is no such path', async () => {
  const nowhere = await app.ask({ target: '/_nowhere' })
  for (const authorization of ['', 'Bearer', `Bearer ${app.runner.secrets.operatorToken}`]) {
    const answer = await app.ask({ target: SEEN_PATH, headers: { authorization } })
    expect(answer).toMatchObject({ status: 404, body: (nowhere as { body: unknown }).body })
  }
})
