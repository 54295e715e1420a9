import { once } from 'node:events'
import type { IncomingMessage } from 'node:http'
import { connect, createServer, type Socket } from 'node:net'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { MINUTE } from '../../../base/lifetimes.ts'
import { LEAST, Pace } from '../../../gateway/connections/pace.ts'
import type { Answer } from '../../../http/envelope.ts'
import { type LoopbackServer, listenOnLoopback, type Peer } from '../../../lab/world/loopback.ts'
import { passingTo, startTestGateway } from '../../shared/test_gateway.ts'

const started: Peer[] = []
const opened: Socket[] = []
afterEach(async () => {
  for (const socket of opened.splice(0)) socket.destroy()
  for (const peer of started.splice(0).reverse()) await peer.close()
})

function open({ url }: Peer, text: string): Socket {
  const socket = connect(Number(new URL(url).port), '127.0.0.1')
  socket.on('error', () => {})
  opened.push(socket)
  socket.write(text)
  return socket
}

/** An error before it does not matter: a connection that is ended is reset where more was sent. */
const closed = (socket: Socket) => new Promise((resolve) => socket.once('close', resolve))

const firstOf = (socket: Socket) =>
  new Promise<string>((resolve) => socket.once('data', (data) => resolve(String(data))))

/** A PDS that reads whole bodies, and says how often that was begun. */
async function reading(): Promise<LoopbackServer & { begun(): number }> {
  let begun = 0
  const pds = await listenOnLoopback((incoming, outgoing) => {
    begun++
    incoming.on('error', () => {})
    incoming.resume().once('end', () => outgoing.end('read'))
  })
  started.push(pds)
  return Object.assign(pds, { begun: () => begun })
}

describe('35. a client by which bytes drip', () => {
  const UPLOAD = 'POST /b HTTP/1.1\r\nHost: a\r\nContent-Length: 70000\r\n\r\n'

  test('holds no connection with an upload', async () => {
    const pds = await reading()
    const timeouts = { drain: 0, headers: 300, keepAlive: 2_000 }
    const gateway = await startTestGateway(passingTo(pds.url), timeouts)
    const patient = await startTestGateway(passingTo(pds.url), { drain: 0 })
    started.push(gateway, patient)
    const socket = open(gateway, UPLOAD)
    const timer = setInterval(() => socket.write('x'), 20)
    await closed(socket)
    clearInterval(timer)
    expect(pds.begun()).toBe(1)
    const whole = open(patient, UPLOAD + 'x'.repeat(70_000))
    expect(await firstOf(whole)).toMatch(/^HTTP\/1.1 200 /)
  })

  let now = 0

  /** A connection as Node counts on it, and one request on it. */
  function counted(written = 0) {
    vi.spyOn(performance, 'now').mockImplementation(() => now)
    const counts = { bytesWritten: written, writeQueueSize: written }
    const socket = { bytesRead: 0, _handle: counts }
    const incoming = { complete: false } as IncomingMessage
    return { socket, incoming, pace: new Pace(socket as never) }
  }
  afterEach(() => void vi.restoreAllMocks())

  /** Looks ten times within the time that is given, and at its end. @param move what moves each time */
  function looks({ pace, incoming }: ReturnType<typeof counted>, move: () => void): boolean[] {
    return Array.from({ length: 10 }, () => {
      move()
      now += MINUTE / 10
      return pace.isTooSlow(incoming, MINUTE)
    })
  }
  const never = Array(10).fill(false)
  const atTheEnd = [...Array(9).fill(false), true]

  test('is too slow when too little came in the whole time', () => {
    const one = counted()
    expect(looks(one, () => void one.socket.bytesRead++)).toEqual(atTheEnd)
    const enough = counted()
    const eighth = () => {
      enough.socket.bytesRead += LEAST / 8
    }
    expect(looks(enough, eighth)).toEqual(never)
  })

  test('is too slow to take what is sent to it, too', () => {
    const one = counted(1_000_000)
    const { _handle: counts } = one.socket
    Object.assign(one.incoming, { complete: true })
    expect(looks(one, () => void counts.writeQueueSize--)).toEqual(atTheEnd)
    const eighth = () => {
      counts.writeQueueSize -= LEAST / 8
    }
    expect(looks(one, eighth).at(-1)).toBe(false)
  })

  test('is not slow while it waits itself', () => {
    const one = counted()
    Object.assign(one.incoming, { complete: true })
    expect(looks(one, () => {})).toEqual(never)
    expect(looks(one, () => {})).toEqual(never)
  })

  test('is known by what Node counts', async () => {
    const server = createServer().listen(0, '127.0.0.1')
    await once(server, 'listening')
    const { port } = server.address() as { port: number }
    const client = connect(port, '127.0.0.1')
    opened.push(client)
    const [socket] = (await once(server, 'connection')) as [Socket]
    opened.push(socket)
    server.close()
    client.pause()
    const pace = new Pace(socket)
    socket.write(Buffer.alloc(50_000_000))
    await expect.poll(() => pace.isTooSlow(null, 200)).toBe(true)
    client.resume()
    await expect.poll(() => pace.isTooSlow(null, 200)).toBe(false)
  })
})

test('35. requests under way of one client have a bound, also behind a proxy', async () => {
  const answered = Promise.withResolvers<Answer>()
  let asked = 0
  const answer = () => {
    asked++
    return answered.promise
  }
  const capacity = { requestsOfOne: 2 }
  const auth = { ready: async () => true, answer }
  const options = { capacity, trustedProxies: ['127.0.0.1'] }
  const gateway = await startTestGateway(auth, { drain: 0 }, options)
  started.push(gateway)
  const from = (address?: string) => {
    const forwarded = address === undefined ? '' : `X-Forwarded-For: ${address}\r\n`
    return open(gateway, `GET / HTTP/1.1\r\nHost: a\r\n${forwarded}\r\n`)
  }
  const held = [from('2001:db8::1'), from('2001:db8::2')]
  await expect.poll(() => asked).toBe(2)
  const refused = await firstOf(from('2001:db8::3'))
  expect(refused).toMatch(/^HTTP\/1.1 429 .*retry-after: 2\r.*RateLimitExceeded/s)
  // The proxy itself may be everybody.
  held.push(from('192.0.2.1'), from(), from(), from())
  await expect.poll(() => asked).toBe(6)
  // One that is given up makes room.
  held[0]?.destroy()
  const again = () => {
    held.push(from('2001:db8::4'))
    return asked
  }
  await expect.poll(again).toBe(7)
  answered.resolve({ status: 200, headers: [], body: null })
  for (const socket of held.slice(1, 6)) expect(await firstOf(socket)).toMatch(/^HTTP\/1.1 200 /)
})
