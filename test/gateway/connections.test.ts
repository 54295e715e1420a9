import { EventEmitter } from 'node:events'
import type { Server } from 'node:http'
import { Readable } from 'node:stream'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { createLog } from '../../base/watching/log.ts'
import { CAPACITY, type Capacity } from '../../gateway/capacity.ts'
import { Connections } from '../../gateway/connections/connections.ts'
import { TIMEOUTS } from '../../gateway/timeouts.ts'

/** In ms; it is looked three times within the first. */
const [HEADERS, KEEP_ALIVE] = [15, 1_000]

let now = 0
let server: EventEmitter
/** How often it was looked at a connection that does nothing. */
let looks = 0

function begin(capacity: Partial<Capacity> = {}): void {
  server = new EventEmitter()
  new Connections(server as Server, {
    trusts: () => false,
    log: createLog('silent'),
    timeouts: { ...TIMEOUTS, headers: HEADERS, keepAlive: KEEP_ALIVE },
    capacity: { ...CAPACITY, ...capacity },
  })
}
beforeEach(() => {
  vi.spyOn(performance, 'now').mockImplementation(() => now)
})
afterEach(() => {
  server.emit('close')
  vi.restoreAllMocks()
})

/** A connection, as far as it is counted on. */
function come(remoteAddress = '192.0.2.1') {
  const socket = Object.assign(new EventEmitter(), {
    ...{
      remoteAddress,
      bytesRead: 0,
      end: vi.fn(),
      _handle: { bytesWritten: 0, writeQueueSize: 0 },
    },
    destroy: vi.fn(() => void socket.emit('close')),
  })
  server.emit('connection', socket)
  return socket
}

/** A request on it, of which the headers have come. */
function ask(socket: ReturnType<typeof come>, complete = true) {
  const incoming = Object.assign(new Readable({ read() {} }), { socket, headers: {}, complete })
  const outgoing = new EventEmitter()
  server.emit('request', incoming, outgoing)
  return { incoming, end: () => outgoing.emit('close') }
}

/** Waits until all connections were looked at after `ms` have passed. */
async function pass(ms: number): Promise<void> {
  now += ms
  const before = looks
  await expect.poll(() => looks).toBeGreaterThan(before + 1)
}

describe('how long a connection may take', () => {
  beforeEach(() => {
    begin()
    Object.defineProperty(come('192.0.2.9'), 'bytesRead', { get: () => looks++ && 0 })
  })

  test('it is idle after an answer for as long as it says nothing', async () => {
    const socket = come()
    for (const _ of ['first', 'second']) {
      socket.bytesRead += 100
      ask(socket).end()
      await pass(0)
      await pass(10 * HEADERS)
      expect(socket.end).not.toHaveBeenCalled()
    }
  })

  test('the headers of each request have their time, which is over once', async () => {
    const socket = come()
    socket.bytesRead++
    await pass(HEADERS - 1)
    socket.bytesRead++
    ask(socket).end()
    await pass(10 * HEADERS)
    socket.bytesRead++
    await pass(0)
    expect(socket.end).not.toHaveBeenCalled()
    await pass(HEADERS)
    await pass(HEADERS)
    expect(socket.end).toHaveBeenCalledTimes(1)
  })

  test('the rest of a body that is answered has the time of a body', async () => {
    const socket = come()
    const { incoming, end } = ask(socket, false)
    end()
    socket.bytesRead++
    await pass(0)
    await pass(10 * HEADERS)
    expect(socket.end).not.toHaveBeenCalled()
    incoming.destroy()
    await pass(10 * HEADERS)
    expect(socket.end).not.toHaveBeenCalled()
  })

  test('a body that drips is as slow where other requests come behind it', async () => {
    const socket = come()
    ask(socket, false)
    await pass(KEEP_ALIVE - 1)
    ask(socket, false)
    expect(socket.destroy).not.toHaveBeenCalled()
    await pass(1)
    expect(socket.destroy).toHaveBeenCalled()
  })
})

describe('who is closed where one address has too many', () => {
  test('is the new one, where all of its own are busy, though another site has more', () => {
    begin({ connectionsOfOne: 2 })
    const others = [1, 2, 3, 4].map((net) => come(`2001:db8:0:${net}::1`))
    const own = [come(), come()]
    for (const socket of [...others, ...own]) ask(socket)
    expect(come().destroy).toHaveBeenCalled()
    for (const { destroy } of [...others, ...own]) expect(destroy).not.toHaveBeenCalled()
  })

  test('is one of its IPv6 network', () => {
    begin({ connectionsOfOne: 1 })
    const [first, other] = [come('2001:db8::1'), come('2001:db8:0:1::1')]
    come('2001:db8::2')
    expect(first.destroy).toHaveBeenCalled()
    expect(other.destroy).not.toHaveBeenCalled()
  })
})
