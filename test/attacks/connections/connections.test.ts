import { EventEmitter } from 'node:events'
import type { Server } from 'node:http'
import { connect, type Socket } from 'node:net'
import { afterEach, expect, test, vi } from 'vitest'
import { MOST_LINES } from '../../../base/watching/event_log.ts'
import { createLog } from '../../../base/watching/log.ts'
import { refusedConnections } from '../../../base/watching/metrics.ts'
import { CAPACITY } from '../../../gateway/capacity.ts'
import { Connections } from '../../../gateway/connections/connections.ts'
import { TIMEOUTS } from '../../../gateway/timeouts.ts'
import type { Answer, RequestEnvelope } from '../../../http/envelope.ts'
import { type LoopbackServer, listenOnLoopback, type Peer } from '../../../lab/world/loopback.ts'
import { keptLog } from '../../shared/logged.ts'
import { passingTo, startTestGateway } from '../../shared/test_gateway.ts'

const started: Peer[] = []
const opened: Socket[] = []
afterEach(async () => {
  for (const socket of opened.splice(0)) socket.destroy()
  for (const peer of started.splice(0).reverse()) await peer.close()
})

const GET = 'GET / HTTP/1.1\r\nHost: a\r\n\r\n'
const ok = { status: 200, headers: [], body: Buffer.from('ok') }

async function gatewayWith(
  capacity: Record<string, number>,
  answer: () => Promise<Answer> = async () => ok,
  trustedProxies: string[] = [],
): Promise<Peer> {
  const auth = { ready: async () => true, answer }
  const gateway = await startTestGateway(auth, { drain: 0 }, { capacity, trustedProxies })
  started.push(gateway)
  return gateway
}

function open({ url }: Peer, text = ''): Socket {
  const socket = connect(Number(new URL(url).port), '127.0.0.1')
  socket.on('error', () => {})
  opened.push(socket)
  if (text) socket.write(text)
  return socket
}

/** An error before it does not matter. */
const closed = (socket: Socket) =>
  new Promise<null>((resolve) => socket.once('close', () => resolve(null)))

/** What comes first, or null where the connection is closed instead. */
async function first(socket: Socket): Promise<string | null> {
  const data = new Promise<Buffer>((resolve) => socket.once('data', resolve))
  const text = await Promise.race([data, closed(socket)])
  return text === null ? null : String(text)
}

/** An auth actor that answers once it is told to. */
function waiting(busy: number) {
  const answered = Promise.withResolvers<Answer>()
  const allAsked = Promise.withResolvers<void>()
  let asked = 0
  const answer = () => {
    if (++asked === busy) allAsked.resolve()
    return answered.promise
  }
  return { answer, allAsked: allAsked.promise, release: () => answered.resolve(ok) }
}

test('35. of many idle connections the one that is idle longest makes room', async () => {
  const gateway = await gatewayWith({ connections: 3 })
  const idle: Socket[] = []
  for (let i = 0; i < 3; i++) {
    const socket = open(gateway, GET)
    expect(await first(socket)).toMatch(/^HTTP\/1.1 200 /)
    idle.push(socket)
  }
  const [oldest, ...others] = idle as [Socket, Socket, Socket]
  const isClosed = closed(oldest)
  expect(await first(open(gateway, GET))).toMatch(/^HTTP\/1.1 200 /)
  await isClosed
  others[0]?.write(GET)
  expect(await first(others[0] as Socket)).toMatch(/^HTTP\/1.1 200 /)
})

test('35. of the idle connections of one address its own makes room, and the others are not looked through', () => {
  const server = new EventEmitter()
  const capacity = { ...CAPACITY, connections: 1_000, connectionsOfOne: 2 }
  const log = createLog('silent')
  new Connections(server as Server, { trusts: () => false, timeouts: TIMEOUTS, capacity, log })
  const come = (remoteAddress: string) => {
    const socket = Object.assign(new EventEmitter(), { remoteAddress, bytesRead: 0, destroy })
    server.emit('connection', socket)
    return socket
  }
  const destroy = vi.fn(function (this: EventEmitter) {
    this.emit('close')
  })
  const ended = () => destroy.mock.contexts
  for (let i = 0; i < 200; i++) come(`198.51.100.${i}`)
  const [first, second] = [come('192.0.2.1'), come('192.0.2.1')]
  const lookups = vi.spyOn(Map.prototype, 'get')
  const third = come('192.0.2.1')
  expect(ended()).toEqual([first])
  // Those that are busy make no room.
  for (const socket of [second, third]) server.emit('upgrade', { socket, headers: {} })
  const fourth = come('192.0.2.1')
  expect(lookups.mock.calls.length).toBeLessThan(100)
  lookups.mockRestore()
  expect(ended()).toEqual([first, fourth])
  server.emit('close')
})

test('35. where all are busy, a new connection is closed', async () => {
  const { answer, allAsked, release } = waiting(2)
  const gateway = await gatewayWith({ connections: 2 }, answer)
  const held = [open(gateway, GET), open(gateway, GET)]
  await allAsked
  expect(await first(open(gateway, GET))).toBeNull()
  release()
  for (const socket of held) expect(await first(socket)).toMatch(/^HTTP\/1.1 200 /)
  expect(await first(open(gateway, GET))).toMatch(/^HTTP\/1.1 200 /)
})

test('35. where all are busy, one of the site that has most makes room, also behind a proxy', async () => {
  const by = (address: string) => `GET / HTTP/1.1\r\nHost: a\r\nX-Forwarded-For: ${address}\r\n\r\n`
  const { answer, allAsked, release } = waiting(5)
  const gateway = await gatewayWith({ connections: 5 }, answer, ['127.0.0.1'])
  const one = open(gateway, by('192.0.2.1'))
  const many = [1, 2, 3, 4].map((net) => open(gateway, by(`2001:db8:0:${net}::1`)))
  await allAsked
  const before = await refused()
  const another = open(gateway, by('192.0.2.2'))
  const ended = [...many, another].map((socket, i) => closed(socket).then(() => i))
  expect(await Promise.race(ended)).toBe(3)
  expect(await refused()).toBe(before + 1)
  release()
  for (const socket of [one, another, ...many.slice(0, 3)]) {
    expect(await first(socket)).toMatch(/^HTTP\/1.1 200 /)
  }
})

/** Connections that were refused, or ended for others, as an alert looks for it. */
async function refused(): Promise<number> {
  const { values } = await refusedConnections.get()
  return values.find(({ labels }) => labels.kind === 'connection')?.value ?? Number.NaN
}

test('35. the log says in a few lines that there are too many, whoever comes and goes', async () => {
  const server = new EventEmitter()
  const { log, lines } = keptLog()
  const capacity = { ...CAPACITY, connections: 4, connectionsOfOne: 1 }
  new Connections(server as Server, { trusts: () => false, timeouts: TIMEOUTS, capacity, log })
  const come = (remoteAddress: string) => {
    const destroy = function (this: EventEmitter) {
      this.emit('close')
    }
    const socket = Object.assign(new EventEmitter(), { remoteAddress, bytesRead: 0, destroy })
    server.emit('connection', socket)
    server.emit('upgrade', { socket, headers: {} })
    return socket
  }
  const before = await refused()
  for (let i = 0; i < 200; i++) {
    const busy = come('192.0.2.1')
    come('192.0.2.1')
    busy.destroy()
  }
  expect(await refused()).toBe(before + 200)
  expect(lines()).toHaveLength(MOST_LINES.ofOne)
  expect(lines()[0]).toMatchObject({ level: 'warn', address: '192.0.2.1' })
  server.emit('close')
})

test('35. one address has its own bound, a trusted proxy has not', async () => {
  const direct = waiting(2)
  const bound = { connections: 100, connectionsOfOne: 2 }
  const gateway = await gatewayWith(bound, direct.answer)
  open(gateway, GET)
  open(gateway, GET)
  await direct.allAsked
  expect(await first(open(gateway, GET))).toBeNull()

  const proxied = waiting(5)
  const behindProxy = await gatewayWith(bound, proxied.answer, ['127.0.0.1'])
  const sockets = Array.from({ length: 5 }, () => open(behindProxy, GET))
  await proxied.allAsked
  proxied.release()
  for (const socket of sockets) expect(await first(socket)).toMatch(/^HTTP\/1.1 200 /)
})

/** A PDS that joins every WebSocket, and a gateway that trusts the proxies on this machine. */
async function streaming(
  capacity: Record<string, number>,
  timeouts: { keepAlive?: number } = {},
): Promise<{ gateway: Peer; pds: LoopbackServer; atPds: Socket[] }> {
  const pds = await listenOnLoopback(() => {})
  const atPds: Socket[] = []
  pds.server.on('upgrade', (_incoming, socket: Socket) => {
    socket.on('error', () => {})
    socket.on('end', () => socket.end())
    opened.push(socket)
    atPds.push(socket)
    socket.write(
      'HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n',
    )
  })
  const options = { capacity, trustedProxies: ['127.0.0.1'] }
  const gateway = await startTestGateway(passingTo(pds.url), { drain: 0, ...timeouts }, options)
  started.push(pds, gateway)
  return { gateway, pds, atPds }
}

const stream = (address: string) =>
  `GET /xrpc/a.b.c HTTP/1.1\r\nHost: a\r\nX-Forwarded-For: ${address}\r\n` +
  'Upgrade: websocket\r\nConnection: Upgrade\r\n\r\n'

test('35. WebSockets of one address have a bound, by IPv6 network, and of all', async () => {
  const { gateway } = await streaming({ webSocketsOfOne: 2, webSockets: 3 })
  const two = [open(gateway, stream('2001:db8::1')), open(gateway, stream('2001:db8::2'))]
  for (const socket of two) expect(await first(socket)).toMatch(/^HTTP\/1.1 101 /)
  const tooMany = await first(open(gateway, stream('2001:db8::3')))
  expect(tooMany).toMatch(/^HTTP\/1.1 429 .*retry-after: 60.*RateLimitExceeded/s)
  expect(await first(open(gateway, stream('192.0.2.1')))).toMatch(/^HTTP\/1.1 101 /)
  const another = open(gateway, stream('192.0.2.2'))
  expect(await first(another)).toMatch(/^HTTP\/1.1 101 /)
  expect(await first(open(gateway, stream('192.0.2.3')))).toMatch(/^HTTP\/1.1 503 /)
  another.destroy()
  const again = async () => /101/.test((await first(open(gateway, stream('192.0.2.3')))) ?? '')
  await expect.poll(again).toBe(true)
})

test('35. who has many networks takes no WebSocket from others, and who listens already goes on', async () => {
  const { gateway } = await streaming({ webSocketsOfOne: 2, webSockets: 5 })
  const listen = async (address: string) => {
    const socket = open(gateway, stream(address))
    expect(await first(socket)).toMatch(/^HTTP\/1.1 101 /)
    return socket
  }
  const relay = await listen('192.0.2.1')
  const many: Socket[] = []
  for (const net of [1, 2, 3, 4]) many.push(await listen(`2001:db8:0:${net}::1`))
  const firstGone = (of: Socket[]) =>
    Promise.race(of.map((socket, i) => closed(socket).then(() => i)))
  const newest = firstGone(many)
  await listen('192.0.2.2')
  expect(await newest).toBe(3)
  const next = firstGone(many.slice(0, 3))
  await listen('2001:db8:1::1')
  expect(await next).toBe(2)
  expect(await first(open(gateway, stream('2001:db8:0:9::1')))).toMatch(/^HTTP\/1.1 503 /)
  for (const socket of [relay, many[0], many[1]]) expect(socket?.destroyed).toBe(false)
})

test('35. a silent WebSocket stays, one that does not take what is sent ends', async () => {
  const { gateway, atPds } = await streaming({}, { keepAlive: 300 })
  const silent = open(gateway, stream('192.0.2.1'))
  expect(await first(silent)).toMatch(/101/)
  const stuck = open(gateway, stream('192.0.2.2'))
  expect(await first(stuck)).toMatch(/101/)
  stuck.pause()
  const [silentAtPds, stuckAtPds] = atPds as [Socket, Socket]
  const gone = closed(stuckAtPds)
  const flood = () => {
    while (stuckAtPds.write(Buffer.alloc(1_000_000)));
  }
  stuckAtPds.on('drain', flood)
  flood()
  await gone
  silentAtPds.write('still there')
  expect(await first(silent)).toBe('still there')
})

test('35. requests that a client sends ahead are answered one after the other', async () => {
  const answers: (() => void)[] = []
  const answer = () => new Promise<Answer>((resolve) => answers.push(() => resolve(ok)))
  const gateway = await gatewayWith({}, answer)
  const socket = open(gateway, GET.repeat(5))
  let received = ''
  socket.on('data', (data) => {
    received += data
  })
  for (let n = 1; n <= 5; n++) {
    await expect.poll(() => answers.length).toBe(n)
    answers[n - 1]?.()
    await expect.poll(() => received.split('HTTP/1.1 200 ').length).toBe(n + 1)
  }
})

test('35. a client that sends many requests ahead is closed, and none is begun after it', async () => {
  const { answer, allAsked, release } = waiting(1)
  let asked = 0
  const counting = () => {
    asked++
    return answer()
  }
  const gateway = await gatewayWith({ connections: 2 }, counting)
  const greedy = open(gateway, GET.repeat(1_000))
  const gone = closed(greedy)
  await allAsked
  await gone
  release()
  expect(await first(open(gateway, GET))).toMatch(/^HTTP\/1.1 200 /)
  expect(asked).toBe(2)
})

test('35. a WebSocket that is asked for ahead is none, and the connection goes on', async () => {
  const { gateway, pds, atPds } = await streaming({})
  pds.server.on('request', (_incoming, outgoing) => outgoing.end('data'))
  const socket = open(gateway, GET + stream('192.0.2.1'))
  let received = ''
  socket.on('data', (data) => {
    received += data
  })
  const answers = () => received.match(/HTTP\/1.1 200 /g)?.length
  await expect.poll(answers).toBe(2)
  socket.write(GET)
  await expect.poll(answers).toBe(3)
  expect(atPds).toHaveLength(0)
})

test('35. a WebSocket is asked for by GET, and what else names one is answered as it is', async () => {
  const { gateway, pds, atPds } = await streaming({})
  pds.server.on('request', (incoming, outgoing) => void incoming.pipe(outgoing))
  const body = 'Content-Length: 4\r\n\r\nbody'
  const posted = open(gateway, stream('192.0.2.1').replace('GET', 'POST').trimEnd())
  posted.write(`\r\n${body}`)
  expect(await first(posted)).toMatch(/^HTTP\/1.1 200 .*body/s)
  expect(atPds).toHaveLength(0)
})

test.each([
  ['two hosts', 'Host: a\r\nHost: b'],
  ['no host that is one', 'Host: a b'],
  ['an expectation', 'Host: a\r\nExpect: more'],
])(
  '35. a WebSocket that is asked for behind %s is none, and the connection ends',
  async (_, headers) => {
    const unhandled = vi.fn()
    process.on('unhandledRejection', unhandled)
    const { gateway, atPds } = await streaming({})
    const socket = open(gateway, `GET / HTTP/1.1\r\n${headers}\r\n\r\n${stream('192.0.2.1')}`)
    const gone = closed(socket)
    expect(await first(socket)).toMatch(/^HTTP\/1.1 4\d\d /)
    await gone
    process.off('unhandledRejection', unhandled)
    expect(unhandled).not.toHaveBeenCalled()
    expect(atPds).toHaveLength(0)
  },
)

/** Sends one byte after the other until the connection ends. */
function trickle(socket: Socket): void {
  const timer = setInterval(() => socket.write('x'), 20)
  socket.once('close', () => clearInterval(timer))
}

test('35. a short body that comes byte by byte is given up, also where its length is not said', async () => {
  let asked = 0
  const answer = async ({ body }: RequestEnvelope): Promise<Answer> => {
    if (body === 'unread') return { readBody: true }
    asked++
    return ok
  }
  const auth = { ready: async () => true, answer }
  const gateway = await startTestGateway(auth, { drain: 0, body: 200 })
  started.push(gateway)
  for (const length of ['Content-Length: 60000', 'Transfer-Encoding: chunked']) {
    const socket = open(gateway, `POST / HTTP/1.1\r\nHost: a\r\n${length}\r\n\r\n`)
    if (length.startsWith('Content')) trickle(socket)
    const gone = closed(socket)
    expect(await first(socket), length).toMatch(/^HTTP\/1.1 408 .*RequestTimeout/s)
    await gone
  }
  expect(asked).toBe(0)
  const whole = 'POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\n\r\nbody'
  expect(await first(open(gateway, whole))).toMatch(/^HTTP\/1.1 200 /)
})

test('35. an upload goes on for as long as bytes flow', async () => {
  const came = Promise.withResolvers<number>()
  const pds = await listenOnLoopback(async (incoming, outgoing) => {
    let bytes = 0
    for await (const chunk of incoming) bytes += chunk.length
    came.resolve(bytes)
    outgoing.end('whole')
  })
  const gateway = await startTestGateway(passingTo(pds.url), { drain: 0, body: 50, headers: 60 })
  started.push(pds, gateway)
  const socket = open(gateway, 'POST /b HTTP/1.1\r\nHost: a\r\nContent-Length: 70000\r\n\r\n')
  let sent = 0
  while (sent < 70_000) {
    socket.write('x'.repeat(7_000))
    sent += 7_000
    await new Promise((resolve) => setTimeout(resolve, 30))
  }
  expect(await came.promise).toBe(70_000)
  expect(await first(socket)).toMatch(/^HTTP\/1.1 200 /)
})

test('35. an idle connection outlives the pool of a proxy', async () => {
  const gateway = await gatewayWith({})
  const answer = await first(open(gateway, GET))
  const [, seconds] = /Keep-Alive: timeout=(\d+)/.exec(answer ?? '') ?? []
  expect(Number(seconds)).toBeGreaterThan(120)
})
