import { once } from 'node:events'
import { connect } from 'node:net'
import { afterEach, expect, test } from 'vitest'
import type { AuthActor, RequestEnvelope } from '../../http/envelope.ts'
import type { Peer } from '../../lab/world/loopback.ts'
import { startTestGateway } from '../shared/test_gateway.ts'

const started: Peer[] = []
afterEach(() => Promise.all(started.splice(0).map((peer) => peer.close())))

/** How to ask a gateway in front of `auth`. */
async function gatewayTo(auth: Partial<Pick<AuthActor, 'answer' | 'ready'>>) {
  const gateway = await startTestGateway(
    { ready: async () => true, answer: async () => ok, ...auth },
    { deadline: 50 },
  )
  started.push(gateway)
  return (path: string, init?: RequestInit) => fetch(gateway.url + path, init)
}

const ok = { status: 200, headers: [], body: Buffer.from('ok') }
const never = () => new Promise<never>(() => {})
const failing = async () => {
  throw new Error('secret of the actor')
}

test.each([
  ['does not answer in time', never],
  ['fails', failing],
])('an auth actor that %s is 503, to be tried again', async (_, answer) => {
  const broken = await gatewayTo({ answer })
  const response = await broken('/oauth/token', { method: 'POST' })
  expect(response.status).toBe(503)
  expect(response.headers.get('retry-after')).toBe('2')
  expect(response.headers.get('cache-control')).toBe('no-store')
  expect(response.headers.get('access-control-allow-origin')).toBe('*')
  expect(await response.json()).toEqual({
    error: 'temporarily_unavailable',
    error_description: 'The service is busy; try again',
    message: 'The service is busy; try again',
  })
  const whole = await gatewayTo({})
  expect((await whole('/oauth/token', { method: 'POST' })).status).toBe(200)
})

test('health says whether the auth actor answers', async () => {
  const broken = await gatewayTo({ ready: failing })
  expect((await broken('/_health')).status).toBe(503)
  const whole = await gatewayTo({})
  for (const path of ['/_health', '/_health/']) {
    const response = await whole(path)
    expect(await response.json()).toMatchObject({ status: 'ok' })
    expect(response.headers.get('access-control-allow-origin')).toBe('*')
  }
})

test.each(['GET /_health HTTP/1.0', 'HEAD /_health HTTP/1.0'])(
  'a load balancer that asks %s without a host is answered',
  async (line) => {
    const gateway = await startTestGateway({ ready: async () => true, answer: async () => ok })
    started.push(gateway)
    const socket = connect(Number(new URL(gateway.url).port), '127.0.0.1')
    socket.write(`${line}\r\n\r\n`)
    expect(String(Buffer.concat(await socket.toArray()))).toMatch(/^HTTP\/1.1 200 OK/)
  },
)

test('a body is read when the auth actor wants it, and it is asked once more', async () => {
  const bodies: RequestEnvelope['body'][] = []
  const received: RequestEnvelope['receivedAt'][] = []
  const ask = await gatewayTo({
    answer: async ({ body, receivedAt }) => {
      bodies.push(body)
      received.push(receivedAt)
      return body === 'unread' ? { readBody: true } : ok
    },
  })
  const chunked = (length: number) => ({
    method: 'POST',
    body: new Blob(['x'.repeat(length)]).stream(),
    duplex: 'half' as const,
  })
  expect((await ask('/', chunked(3))).status).toBe(200)
  expect(bodies).toEqual(['unread', Buffer.from('xxx')])
  expect(received).toEqual([expect.any(Number), received[0]])

  const tooLong = await ask('/', chunked(70_000))
  expect(tooLong.status).toBe(413)
  expect(tooLong.headers.get('connection')).toBe('close')
  expect(await tooLong.json()).toMatchObject({ error: 'PayloadTooLarge' })
})

test('an answer that may be kept is kept, without filling the memory', async () => {
  let asked = 0
  const ask = await gatewayTo({
    answer: async () => {
      asked++
      return { status: 200, headers: [], body: Buffer.alloc(400_000), keepFor: 60_000 }
    },
  })
  const get = async (path: string, headers: Record<string, string> = {}) =>
    void (await (await ask(path, { headers })).arrayBuffer())
  await get('/asset.js')
  await get('/asset.js')
  expect(asked).toBe(1)
  await get('/asset.js', { 'if-none-match': 'e' })
  await get('/asset.js', { 'sec-fetch-site': 'cross-site' })
  expect(asked).toBe(3)
  for (let i = 0; i < 50; i++) await get(`/asset-${i}.js`)
  await get('/asset.js')
  expect(asked).toBe(54)
})

test('no other answer is kept, nor one longer than it may be', async () => {
  let asked = 0
  const ask = await gatewayTo({
    answer: async ({ target }) => {
      asked++
      return target.startsWith('/document') ? { ...ok, keepFor: 20 } : ok
    },
  })
  await ask('/other')
  await ask('/other')
  await ask('/document', { method: 'POST' })
  await ask('/document', { method: 'POST' })
  expect(asked).toBe(4)
  // It can be written in any number of ways.
  for (const query of ['?', '?a', '?a']) await ask(`/document${query}`)
  expect(asked).toBe(7)
  await ask('/document')
  await new Promise((resolve) => setTimeout(resolve, 40))
  await ask('/document')
  expect(asked).toBe(9)
})

test('a WebSocket that is not answered yet does not hold up the end', async () => {
  const asked = Promise.withResolvers<void>()
  const answer = () => {
    asked.resolve()
    return never()
  }
  const gateway = await startTestGateway({ ready: async () => true, answer }, { drain: 0 })
  const { port } = new URL(gateway.url)
  const socket = connect(Number(port), '127.0.0.1')
  const closed = once(socket, 'close')
  socket.write('GET /a HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n')
  await asked.promise
  await gateway.close()
  await closed
})
