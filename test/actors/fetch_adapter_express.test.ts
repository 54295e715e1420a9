import { once } from 'node:events'
import { request as httpRequest, type IncomingMessage, type RequestOptions } from 'node:http'
import { buffer } from 'node:stream/consumers'
import { promisify } from 'node:util'
import { deflate, gzip } from 'node:zlib'
import express from 'express'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { unwrap } from '../../app/read_envelope.ts'
import { fetchAdapter } from '../../http/adapter/fetch_adapter.ts'
import { HttpRequest } from '../../http/message.ts'
import type { Peer } from '../../lab/world/loopback.ts'
import { send, startTestGateway } from '../shared/test_gateway.ts'

/** An application of Express, in the place of the provider: its parsers read bodies as streams of Node. */
const reached = vi.fn()
const log = { error: vi.fn() }
const app = express()
app.use((req, _res, next) => {
  reached(req.path)
  next()
})
app.post('/json', express.json({ limit: '20kb' }), (req, res) => res.json({ read: req.body }))
app.post('/form', express.urlencoded({ extended: false }), (req, res) => res.json(req.body))
app.post('/raw', express.raw({ type: '*/*' }), (req, res) => res.send(req.body))
app.post('/events', (req, res) => {
  const chunks: Buffer[] = []
  req.on('data', (chunk: Buffer) => chunks.push(chunk))
  req.on('end', () => res.end(Buffer.concat(chunks)))
})
app.post('/iterated', async (req, res) => {
  const chunks: Buffer[] = []
  for await (const chunk of req) chunks.push(chunk)
  res.end(Buffer.concat(chunks))
})
app.post('/paused', (req, res) => {
  req.pause()
  setImmediate(() => {
    req.pipe(res)
  })
})
app.post('/unread', (_req, res) => res.json({ read: 'nothing' }))
app.use(((err, _req, res, _next) => {
  res.status(err.status ?? 500).json({ type: err.type })
}) as express.ErrorRequestHandler)
const answer = fetchAdapter(app, log as never)

const PLAIN = JSON.stringify({ text: 'grüezi', list: [1, 2, 3] })
const JSON_TYPE = { 'content-type': 'application/json' }

/** Without a gateway. */
async function ask(path: string, body: Uint8Array | string | null, headers = {}) {
  const { status, body: bytes } = await answer(
    new HttpRequest({
      method: 'POST',
      url: new URL(`https://entryway.test${path}`),
      headers: new Map(Object.entries(headers)),
      body: body === null ? null : Buffer.from(body),
      peer: { address: '203.0.113.7', port: 4711, viaProxy: false, mayBeProxy: false },
    }),
  )
  return { status, text: Buffer.from(bytes ?? '').toString() }
}

test.each([
  ['as it is', async (body: string) => Buffer.from(body), {}],
  ['in gzip', promisify<string, Buffer>(gzip), { 'content-encoding': 'gzip' }],
  ['in deflate', promisify<string, Buffer>(deflate), { 'content-encoding': 'deflate' }],
])('a parser of JSON reads a body %s', async (_, encode, headers) => {
  expect(await ask('/json', await encode(PLAIN), { ...JSON_TYPE, ...headers })).toEqual({
    status: 200,
    text: JSON.stringify({ read: JSON.parse(PLAIN) }),
  })
})

test.each([
  ['that is none', '{', 400, 'entity.parse.failed'],
  ['that is too long', JSON.stringify('x'.repeat(30_000)), 413, 'entity.too.large'],
])('a parser refuses a body %s', async (_, body, status, type) => {
  expect(await ask('/json', body, JSON_TYPE)).toEqual({ status, text: JSON.stringify({ type }) })
})

test('what is not in the coding that it names is refused', async () => {
  const headers = { ...JSON_TYPE, 'content-encoding': 'gzip' }
  expect(await ask('/json', PLAIN, headers)).toMatchObject({ status: 400 })
  // And a length that is not the body's, with which a proxy came.
  const short = { ...JSON_TYPE, 'content-length': '3' }
  expect(await ask('/json', PLAIN, short)).toMatchObject({ status: 400 })
})

test('a parser reads a form, and no body at all', async () => {
  const type = { 'content-type': 'application/x-www-form-urlencoded' }
  expect((await ask('/form', 'a=1&b=gr%C3%BCezi', type)).text).toBe('{"a":"1","b":"grüezi"}')
  expect(await ask('/json', null, JSON_TYPE)).toMatchObject({ status: 200 })
})

describe.each(['/raw', '/events', '/iterated', '/paused'])(
  'a stream that is read by %s',
  (path) => {
    test.each([0, 1, 65_536])('has its %d bytes', async (length) => {
      const body = Buffer.alloc(length, 'grüezi')
      const { status, text } = await ask(path, body, { 'content-type': 'application/octet-stream' })
      const isObject = path === '/raw' && length === 0
      expect([status, isObject ? '' : text]).toEqual([200, body.toString()])
    })
  },
)

describe('on the wire', () => {
  let gateway: Peer
  beforeAll(async () => {
    gateway = await startTestGateway({
      answer: async (envelope) => {
        if (envelope.body === 'unread') return { readBody: true }
        const request = unwrap(envelope, () => gateway.url)
        if (!request) throw new Error('no request')
        return answer(request)
      },
      ready: async () => true,
    })
  })
  afterAll(() => gateway?.close())

  function begin(path: string, options: RequestOptions = {}) {
    return httpRequest(gateway.url + path, { method: 'POST', ...options })
  }
  async function textOf(request: ReturnType<typeof begin>): Promise<[number, string]> {
    const [response] = (await once(request, 'response')) as [IncomingMessage]
    return [response.statusCode ?? 0, String(await buffer(response))]
  }
  const READ = JSON.stringify({ read: JSON.parse(PLAIN) })

  test('a client that waits for 100 Continue is told so, and answered', async () => {
    const request = begin('/json', { headers: { ...JSON_TYPE, expect: '100-continue' } })
    request.flushHeaders()
    await once(request, 'continue')
    request.end(PLAIN)
    expect(await textOf(request)).toEqual([200, READ])
  })

  test('a body in chunks is read whole', async () => {
    const request = begin('/json', { headers: { ...JSON_TYPE, 'transfer-encoding': 'chunked' } })
    for (const letter of Buffer.from(PLAIN)) request.write(Buffer.of(letter))
    request.end()
    expect(await textOf(request)).toEqual([200, READ])
    const streamed = begin('/paused', { headers: { 'transfer-encoding': 'chunked' } })
    streamed.write('some ')
    setImmediate(() => streamed.end('text'))
    expect(await textOf(streamed)).toEqual([200, 'some text'])
  })

  test('a body in gzip is read', async () => {
    const body = await promisify<string, Buffer>(gzip)(PLAIN)
    const headers = { ...JSON_TYPE, 'content-encoding': 'gzip' }
    const { text } = await send(`${gateway.url}/json`, { method: 'POST', headers, body })
    expect(Buffer.from(text, 'latin1').toString()).toBe(READ)
  })

  test('a client that goes away in the middle of its body reaches nobody, and harms nobody', async () => {
    reached.mockReset()
    const gone = begin('/json', { headers: { ...JSON_TYPE, 'content-length': PLAIN.length } })
    const ended = new Promise((resolve) => gone.once('close', resolve))
    gone.on('error', () => {})
    gone.write(PLAIN.slice(0, 5))
    await once(gone, 'socket')
    await new Promise((resolve) => gone.write(PLAIN.slice(5, 9), resolve))
    gone.destroy()
    await ended
    const next = begin('/unread', { headers: JSON_TYPE })
    next.end(PLAIN)
    expect(await textOf(next)).toEqual([200, '{"read":"nothing"}'])
    expect(reached.mock.calls).toEqual([['/unread']])
    expect(log.error).not.toHaveBeenCalled()
  })
})
