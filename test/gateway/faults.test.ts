import { expect, test } from 'vitest'
import type { AuthActor, RequestEnvelope } from '../../actors/auth/envelope.ts'
import { createGateway } from '../../gateway/app.ts'
import { LIMITS } from '../../gateway/limits.ts'
import { silent } from './test_gateway.ts'

const gatewayTo = (auth: Partial<AuthActor>) =>
  createGateway({
    auth: { ready: async () => true, answer: async () => ok, ...auth },
    trusts: () => false,
    log: silent,
    limits: { ...LIMITS, deadline: 50 },
  })

const ok = { status: 200, headers: [], body: Buffer.from('ok') }
const never = () => new Promise<never>(() => {})
const failing = async () => {
  throw new Error('secret of the actor')
}

test.each([
  ['does not answer in time', never],
  ['fails', failing],
])('an auth actor that %s is 503, to be tried again', async (_, answer) => {
  const response = await gatewayTo({ answer }).request('/oauth/token', { method: 'POST' })
  expect(response.status).toBe(503)
  expect(response.headers.get('retry-after')).toBe('2')
  expect(response.headers.get('cache-control')).toBe('no-store')
  expect(response.headers.get('access-control-allow-origin')).toBe('*')
  expect(await response.json()).toEqual({
    error: 'temporarily_unavailable',
    error_description: 'The service is busy; try again',
    message: 'The service is busy; try again',
  })
  expect((await gatewayTo({}).request('/oauth/token', { method: 'POST' })).status).toBe(200)
})

test('health says whether the auth actor answers', async () => {
  expect((await gatewayTo({ ready: failing }).request('/_health')).status).toBe(503)
  const healthy = await gatewayTo({}).request('/_health')
  expect(await healthy.json()).toMatchObject({ status: 'ok' })
})

test('a body is read when the auth actor wants it, and it is asked once more', async () => {
  const bodies: RequestEnvelope['body'][] = []
  const gateway = gatewayTo({
    answer: async ({ body }) => {
      bodies.push(body)
      return body === 'unread' ? { readBody: true } : ok
    },
  })
  const chunked = (length: number) => ({
    method: 'POST',
    headers: { 'transfer-encoding': 'chunked' },
    body: 'x'.repeat(length),
  })
  expect((await gateway.request('/', chunked(3))).status).toBe(200)
  expect(bodies).toEqual(['unread', new Uint8Array(Buffer.from('xxx'))])

  const tooLong = await gateway.request('/', chunked(70_000))
  expect(tooLong.status).toBe(413)
  expect(tooLong.headers.get('connection')).toBe('close')
  expect(await tooLong.json()).toMatchObject({ error: 'PayloadTooLarge' })
})

test('an answer that never changes is kept, without filling the memory', async () => {
  let asked = 0
  const gateway = gatewayTo({
    answer: async () => {
      asked++
      const headers: [string, string][] = [['Cache-Control', 'public, immutable']]
      return { status: 200, headers, body: Buffer.alloc(4 * 1024 * 1024) }
    },
  })
  await gateway.request('/asset.js')
  await gateway.request('/asset.js')
  expect(asked).toBe(1)
  await gateway.request('/asset.js', { headers: { 'if-none-match': 'e' } })
  await gateway.request('/asset.js', { headers: { 'sec-fetch-site': 'cross-site' } })
  expect(asked).toBe(3)
  for (let i = 0; i < 5; i++) await gateway.request(`/asset.js?${i}`)
  await gateway.request('/asset.js')
  expect(asked).toBe(9)
})
