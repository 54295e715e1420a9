import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { setTimeout as wait } from 'node:timers/promises'
import { Agent, request } from 'undici'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { type Network, startNetwork } from '../../lab/world/network.ts'
import { Attacker, makeDpopKey, newPerson } from '../shared/people/attacker.ts'

let network: Network
let attacker: Attacker
const open: Socket[] = []

beforeAll(async () => {
  // Here passwords are hashed as often as they are given.
  vi.stubEnv('WORLD_PASSWORDS', undefined)
  network = await startNetwork({ env: { ENTRYWAY_RATE_LIMITS: 'off' } })
  attacker = new Attacker(network)
})
afterAll(async () => {
  for (const socket of open) socket.destroy()
  await network?.close()
})

async function connectTo({ url }: Network): Promise<Socket> {
  const socket = connect(Number(new URL(url).port), '127.0.0.1')
  socket.on('error', () => {})
  open.push(socket)
  await once(socket, 'connect')
  return socket
}

/** Somebody signs up, signs in and refreshes. */
async function expectService(name: string): Promise<void> {
  const person = await newPerson(network, name)
  const session = await attacker.signIn(person)
  expect((await attacker.refresh(session)).status).toBe(200)
}

test('2,000 idle connections leave the service answering', async () => {
  const sockets: Socket[] = []
  for (let i = 0; i < 20; i++) {
    sockets.push(...(await Promise.all(Array.from({ length: 100 }, () => connectTo(network)))))
  }
  expect(sockets.filter(({ readyState }) => readyState === 'open')).toHaveLength(2_000)
  await expectService('idle')
  for (const socket of sockets) socket.destroy()
})

test('clients that send and read a byte at a time leave the service answering', async () => {
  const slow = await Promise.all(Array.from({ length: 50 }, () => connectTo(network)))
  const [head, body] = ['POST /oauth/par HTTP/1.1\r\nhost: localhost\r\n', 'x'.repeat(500)]
  const trickle = setInterval(() => {
    for (const [index, socket] of slow.entries()) socket.write(index % 2 ? 'x' : 'a: b\r\n')
  }, 50)
  for (const [index, socket] of slow.entries()) {
    socket.write(index % 2 ? `${head}content-length: 60000\r\n\r\n${body}` : head)
    socket.pause()
  }
  try {
    await expectService('slow')
  } finally {
    clearInterval(trickle)
    for (const socket of slow) socket.destroy()
  }
})

test('of 1,000 requests at once each is answered, or shed with 503, and the service lives', async () => {
  const key = await makeDpopKey()
  const proofs = await Promise.all(
    Array.from({ length: 1_000 }, () => attacker.proof('/oauth/par', key)),
  )
  const body = new URLSearchParams({
    client_id: attacker.clientId,
    redirect_uri: attacker.redirectUri,
    response_type: 'code',
    scope: 'atproto',
    state: 'x',
    code_challenge: 'a'.repeat(43),
    code_challenge_method: 'S256',
  }).toString()
  const dispatcher = new Agent({ connections: 1_000, pipelining: 1 })
  const answers = await Promise.all(
    proofs.map(async (dpop) => {
      const {
        statusCode,
        headers,
        body: answer,
      } = await request(`${network.url}/oauth/par`, {
        method: 'POST',
        dispatcher,
        body,
        headers: { dpop, 'content-type': 'application/x-www-form-urlencoded' },
      })
      await answer.dump()
      return { status: statusCode, retryAfter: headers['retry-after'] }
    }),
  )
  await dispatcher.close()
  const shed = answers.filter(({ status }) => status === 503)
  expect(answers.filter(({ status }) => status === 201).length).toBe(1_000 - shed.length)
  expect(shed.every(({ retryAfter }) => Number(retryAfter) > 0)).toBe(true)
  expect(shed.length).toBeLessThan(1_000)
  await expectService('crowd')
})

test('100 sign-ins at once are answered or shed, and the service lives', async () => {
  const person = await newPerson(network, 'rush')
  const dispatcher = new Agent({ connections: 100, pipelining: 1, headersTimeout: 60_000 })
  const statuses = await Promise.all(
    Array.from({ length: 100 }, async () => {
      const answer = await request(`${network.url}/xrpc/com.atproto.server.createSession`, {
        method: 'POST',
        dispatcher,
        body: JSON.stringify({ identifier: person.handle, password: person.password }),
        headers: { 'content-type': 'application/json' },
      })
      await answer.body.dump()
      return answer.statusCode
    }),
  )
  await dispatcher.close()
  expect(statuses.filter((status) => status !== 200 && status !== 503)).toEqual([])
  expect(statuses).toContain(200)
  // What was given up on may still be under way.
  await wait(100)
  await expectService('calm')
})
