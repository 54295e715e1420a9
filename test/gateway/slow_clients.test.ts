import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Peer } from '../../lab/world/loopback.ts'
import { send, startTestGateway } from '../shared/test_gateway.ts'

let gateway: Peer
let asked = 0
const auth = {
  answer: async () => {
    asked++
    return { status: 200, headers: [], body: Buffer.from('ok') }
  },
  ready: async () => true,
}

beforeAll(async () => {
  gateway = await startTestGateway(auth, { headers: 150, body: 300 })
})
afterAll(() => gateway?.close())

const open = ({ url } = gateway) => connect(Number(new URL(url).port), '127.0.0.1')
const everythingFrom = async (socket: Socket) => Buffer.concat(await socket.toArray()).toString()

test.each([
  ['half of the headers', 'POST / HTTP/1.1\r\nHost: a\r\nX-'],

  ['half of the body', 'POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\nhalf'],
])('a client that sends %s and then nothing is let go', async (_name, start) => {
  const before = asked
  const socket = open()
  socket.write(start)
  const answer = await everythingFrom(socket)
  expect(answer).toMatch(/^HTTP\/1.1 408 /)
  expect(asked).toBe(before)
  expect((await send(`${gateway.url}/`, { method: 'POST', body: 'whole' })).text).toBe('ok')
})

test('half of the headers of a second request on a connection are as slow', async () => {
  const socket = open()
  socket.write('GET / HTTP/1.1\r\nHost: a\r\n\r\n')
  await once(socket, 'data')
  socket.write('GET / HTTP/1.1\r\nX-')
  expect(await everythingFrom(socket)).toMatch(/^HTTP\/1.1 408 /)
})

test('a connection that was opened before it is needed is idle, not slow', async () => {
  const patient = await startTestGateway(auth, { headers: 60, keepAlive: 500 })
  const began = Date.now()
  // A 408 that was not asked for would be read as the answer to the next request.
  expect(await everythingFrom(open(patient))).toBe('')
  expect(Date.now() - began).toBeGreaterThanOrEqual(500)
  await patient.close()
})
