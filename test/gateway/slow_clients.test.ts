import { connect } from 'node:net'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Peer } from '../../lab/world/loopback.ts'
import { send, startTestGateway } from './test_gateway.ts'

let gateway: Peer
let asked = 0

beforeAll(async () => {
  const answer = async () => {
    asked++
    return { status: 200, headers: [], body: Buffer.from('ok') }
  }
  gateway = await startTestGateway(
    { answer, ready: async () => true },
    { headers: 150, request: 300 },
  )
})
afterAll(() => gateway?.close())

test.each([
  ['no headers', ''],
  ['half of the headers', 'POST / HTTP/1.1\r\nHost: a\r\nX-'],
  ['half of the body', 'POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\nhalf'],
])('a client that sends %s and then nothing is let go', async (_name, start) => {
  const before = asked
  const socket = connect(Number(new URL(gateway.url).port), '127.0.0.1')
  socket.write(start)
  const answer = Buffer.concat(await socket.toArray()).toString()
  expect(answer).toMatch(/^HTTP\/1.1 408 /)
  expect(asked).toBe(before)
  expect((await send(`${gateway.url}/`, { method: 'POST', body: 'whole' })).text).toBe('ok')
})
