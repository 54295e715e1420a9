import { once } from 'node:events'
import { rename } from 'node:fs/promises'
import type { IncomingMessage } from 'node:http'
import { connect } from 'node:net'
import { gunzipSync } from 'node:zlib'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { newHeadlessBrowser } from '../../lab/clients/headless_browser.ts'
import { makeSecretHex } from '../../lab/world/keys.ts'
import { freePort, type LoopbackServer, listenOnLoopback } from '../../lab/world/loopback.ts'
import { makeTemporaryFolder, type TemporaryFolder } from '../../lab/world/temporary_folder.ts'
import { untilStatus } from '../../lab/world/until.ts'
import { type Run, runProgram } from '../../lab/world/vestibule/program.ts'
import { send } from '../shared/test_gateway.ts'

const METADATA = '/.well-known/oauth-authorization-server'
const SLOW = '/xrpc/com.example.slow'
let folder: TemporaryFolder
let program: Run
let url: string
/** In place of a PDS: it answers the slow call when it is told to. */
let pds: LoopbackServer
let waiting: PromiseWithResolvers<() => void>

beforeAll(async () => {
  folder = await makeTemporaryFolder('gateway')
  waiting = Promise.withResolvers()
  pds = await listenOnLoopback((incoming, outgoing) => {
    if (incoming.url === SLOW) waiting.resolve(() => outgoing.end('{"error":"late"}'))
    else outgoing.writeHead(404).end()
  })
  const port = await freePort()
  url = `http://localhost:${port}`
  program = runProgram('start.ts', {
    ENTRYWAY_DEV: '1',
    ENTRYWAY_PUBLIC_URL: url,
    ENTRYWAY_PORT: String(port),
    ENTRYWAY_DATA_DIR: folder.path,
    ENTRYWAY_PLC_URL: 'http://localhost:9',
    ENTRYWAY_PDS_URL: pds.url,
    ENTRYWAY_PDS_DID: 'did:web:pds.test',
    ENTRYWAY_PDS_ADMIN_PASSWORD: makeSecretHex(),
  })
  await untilStatus(`${url}/_health`, 200)
})
afterAll(async () => {
  await program?.end('SIGKILL')
  await pds?.close()
  await folder?.remove()
})

/** Writes bytes on a connection of its own and reads until the other side ends it. */
async function raw(request: string): Promise<string> {
  const socket = connect(Number(new URL(url).port), 'localhost')
  socket.write(request)
  return Buffer.concat(await socket.toArray()).toString('latin1')
}

const navigate = {
  accept: 'text/html',
  'sec-fetch-dest': 'document',
  'sec-fetch-mode': 'navigate',
  'sec-fetch-site': 'none',
}

test('health says that the data cannot be written, and that they can again', async () => {
  const away = `${folder.path}-away`
  await rename(folder.path, away)
  try {
    await untilStatus(`${url}/_health`, 503)
    expect((await (await fetch(`${url}/_health`)).json()).message).toContain('takes no writes')
    expect((await fetch(url + METADATA)).status).toBe(200)
  } finally {
    await rename(away, folder.path)
  }
  await untilStatus(`${url}/_health`, 200)
})

test('HEAD is GET without the body', async () => {
  const get = await send(url + METADATA)
  const head = await send(url + METADATA, { method: 'HEAD' })
  expect(head).toMatchObject({ statusCode: 200, text: '' })
  for (const { headers } of [get, head]) {
    delete headers.date
    delete headers['content-length']
  }
  expect(head.headers).toEqual(get.headers)
})

test('OPTIONS is answered by the provider, without a body or a type', async () => {
  const headers = { origin: 'https://app.example', 'access-control-request-method': 'POST' }
  const answer = await send(`${url}/oauth/token`, { method: 'OPTIONS', headers })
  expect(answer.statusCode).toBe(200)
  expect(answer.headers).toMatchObject({
    'access-control-allow-origin': '*',
    'access-control-allow-headers': 'Content-Type,DPoP',
  })
  expect(answer.headers).not.toHaveProperty('content-type')
})

test('every cookie arrives, and assets as they are', async () => {
  const page = await newHeadlessBrowser(url).open(`${url}/account/sign-up`)
  expect(page.headers['set-cookie']).toHaveLength(
    new Set([page.headers['set-cookie']].flat().map((cookie) => cookie?.split('=')[0])).size,
  )
  expect([page.headers['set-cookie']].flat().length).toBeGreaterThan(1)

  const [path] = (await page.body.text()).match(/[^"]+\.js(?=")/) ?? []
  const first = await send(url + path)
  const again = await send(url + path)
  expect(first.headers).toMatchObject({
    'content-length': String(first.text.length),
    'cache-control': expect.stringContaining('immutable'),
    etag: expect.any(String),
  })
  expect(again.text).toBe(first.text)
  expect({ ...again.headers, date: '' }).toEqual({ ...first.headers, date: '' })

  const known = await send(url + path, { headers: { 'if-none-match': first.headers.etag } })
  expect(known).toMatchObject({ statusCode: 304, text: '' })
  expect(known.headers).not.toHaveProperty('content-type')
  expect((await send(url + path, { method: 'HEAD' })).headers.etag).toBe(first.headers.etag)
})

test.each([
  ['a bad escape', '/%'],
  ['a bad escape in a query', '/oauth/authorize?request_uri=%'],
  ['two slashes', '//x'],
  ['dots', '/a/../../b'],
  ['escaped dots into XRPC', '/xrpc/..%2f..%2fetc'],
  ['backslashes', '/\\\\evil.example'],
  ['another host in absolute form', 'http://evil.example/nothing'],
  ['an escaped line break', '/%0d%0aset-cookie:a=b'],
])('a target with %s is the fault of the client', async (_name, target) => {
  const answer = await raw(`GET ${target} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n`)
  expect(answer).toMatch(/^HTTP\/1.1 (30[27]|4\d\d) /)
  expect(answer).not.toMatch(/^set-cookie: a=b|evil\.example\/? /im)
})

test.each([
  [
    'a target in absolute form',
    `GET ${'http://localhost'}${METADATA} HTTP/1.1\r\nHost: localhost`,
    200,
  ],
  [
    'a target in absolute form with the host in capitals',
    `GET http://LOCALHOST${METADATA} HTTP/1.1\r\nHost: localhost`,
    200,
  ],
  [
    'a target in absolute form that names another host',
    `GET http://evil.example${METADATA} HTTP/1.1\r\nHost: localhost`,
    400,
  ],
  ['two hosts', `GET ${METADATA} HTTP/1.1\r\nHost: localhost\r\nHost: evil.example`, 400],
  ['the asterisk form', 'OPTIONS * HTTP/1.1\r\nHost: localhost', 400],
  ['no host', `GET ${METADATA} HTTP/1.1`, 400],
  ['a host that is none', `GET ${METADATA} HTTP/1.1\r\nHost: a b/../c`, 400],
  [
    'both framings',
    `POST /oauth/par HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\nTransfer-Encoding: chunked`,
    400,
  ],
  ['a tunnel', 'CONNECT evil.example:443 HTTP/1.1\r\nHost: evil.example:443', 400],
  ['TRACE', 'TRACE / HTTP/1.1\r\nHost: localhost', 400],
  [
    'an unknown protocol to upgrade to',
    `GET ${METADATA} HTTP/1.1\r\nHost: localhost\r\nUpgrade: h2c`,
    200,
  ],
])('%s', async (_name, head, status) => {
  const answer = await raw(`${head}\r\nConnection: close\r\n\r\n`)
  if (head.startsWith('CONNECT')) expect(answer).toBe('')
  else expect(answer).toMatch(new RegExp(`^HTTP/1.1 ${status} `))
})

test('a connection is closed when the client wants it, and kept otherwise', async () => {
  const get = `GET ${METADATA} HTTP/1.1\r\nHost: localhost\r\n`
  const both = await raw(`${get}\r\n${get}Connection: close\r\n\r\n`)
  expect(both.match(/HTTP\/1\.1 200 /g)).toHaveLength(2)
  expect(both.match(/^connection: (.*)$/gim)?.map((line) => line.toLowerCase())).toEqual([
    'connection: keep-alive',
    'connection: close',
  ])
})

test('a body over the limit is 413, and the next request works', async () => {
  const body = 'x'.repeat(64 * 1024 + 1)
  const refused = await send(`${url}/oauth/par`, { method: 'POST', body })
  expect(refused.statusCode).toBe(413)
  expect(refused.headers.connection).toBe('close')
  const taken = await send(`${url}/oauth/par`, { method: 'POST', body: body.slice(1) })
  expect(taken.statusCode).toBe(415)
})

test('compression is left to the proxy in front', async () => {
  const headers = { ...navigate, 'accept-encoding': 'gzip' }
  const page = await send(`${url}/account`, { headers })
  expect(page.headers).not.toHaveProperty('content-encoding')
  expect(() => gunzipSync(page.text)).toThrow()
})

test('a request in flight is answered before the program ends, with 0', async () => {
  const idle = connect(Number(new URL(url).port), 'localhost')
  await once(idle, 'connect')
  const passing = send(url + SLOW)
  const answer = await waiting.promise
  const ended = program.end('SIGTERM')
  await expect.poll(() => isRefused(`${url}/_health`)).toBe(true)
  answer()
  expect((await passing) satisfies IncomingMessage).toMatchObject({
    statusCode: 200,
    text: '{"error":"late"}',
  })
  expect(await ended).toBe(0)
  idle.destroy()
})

const isRefused = (address: string) =>
  fetch(address).then(
    () => false,
    () => true,
  )
