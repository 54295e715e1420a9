import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import type { ServerResponse } from 'node:http'
import { type AddressInfo, createServer } from 'node:net'
import { PassThrough, Writable } from 'node:stream'
import { finished } from 'node:stream/promises'
import { setImmediate as turn } from 'node:timers/promises'
import type { Agent } from 'undici'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { Exchange, openUpstreams } from '../../gateway/pass_through/upstream.ts'
import { TIMEOUTS } from '../../gateway/timeouts.ts'
import { type LoopbackServer, listenOnLoopback } from '../../lab/world/loopback.ts'

const BLOB = randomBytes(4 * 1024 * 1024)
/** Several of them come in one read. */
const SHORT = 1000

let pds: LoopbackServer
let upstreams: Agent
/** How the PDS answers. */
let answer: (outgoing: ServerResponse) => void
beforeAll(async () => {
  upstreams = openUpstreams(TIMEOUTS)
  pds = await listenOnLoopback((_incoming, outgoing) => answer(outgoing))
})
afterAll(async () => {
  await upstreams?.destroy()
  await pds?.close()
})

/** Asks for a blob. @returns what came of it at a reader that takes its time, and the pieces in which it came */
async function read(): Promise<{ body: Buffer; pieces: Buffer[] }> {
  const pieces: Buffer[] = []
  const body: Buffer[] = []
  const reader = new Writable({
    write(piece, _encoding, done) {
      pieces.push(piece)
      const take = () => void body.push(Buffer.from(piece))
      turn().then(take).then(done, done)
    },
  })
  const request = { url: new URL(pds.url), method: 'GET', headers: [], body: null, upgrade: null }
  const { done } = new Exchange(upstreams, request, { begin: () => reader, upgraded: () => {} })
  await Promise.all([done, finished(reader)])
  return { body: Buffer.concat(body), pieces }
}

test('what was read at once and is written holds no memory, and none is freed before', async () => {
  answer = (outgoing) => outgoing.setHeader('content-length', BLOB.byteLength).end(BLOB)
  const { body, pieces } = await read()
  expect(BLOB.equals(body)).toBe(true)
  // One comes with the headers, and one may with the end of another.
  const held = pieces.filter(({ buffer }) => buffer.byteLength > 0)
  expect(held.length).toBeLessThan(pieces.length / 2)
})

test('a piece that is written leaves the others of the same read', async () => {
  answer = (outgoing) => {
    for (let at = 0; at < 500 * SHORT; at += SHORT) outgoing.write(BLOB.subarray(at, at + SHORT))
    outgoing.end()
  }
  const { body, pieces } = await read()
  expect(new Set(pieces.map(({ buffer }) => buffer)).size).toBeLessThan(pieces.length)
  expect(BLOB.subarray(0, 500 * SHORT).equals(body)).toBe(true)
})

test('who has gone while a PDS was being reached does not have it reached again', async () => {
  let reached = 0
  const server = createServer((socket) => {
    reached++
    exchange.abort()
    socket.resetAndDestroy()
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  const url = new URL(`https://127.0.0.1:${port}`)
  const request = { url, method: 'GET', headers: [], body: null, upgrade: null }
  const nobody = { begin: () => new PassThrough(), upgraded: () => {} }
  const exchange = new Exchange(upstreams, request, nobody)
  await expect(exchange.done).rejects.toMatchObject({ code: 'ECONNRESET' })
  server.close()
  expect(reached).toBe(1)
})
