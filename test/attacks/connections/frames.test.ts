import { once } from 'node:events'
import type { Socket } from 'node:net'
import { PassThrough } from 'node:stream'
import { buffer } from 'node:stream/consumers'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { type RawData, WebSocket, WebSocketServer } from 'ws'
import { MINUTE } from '../../../base/lifetimes.ts'
import {
  ClientFrames,
  MessageTooLargeError,
  MOST_FRAMES,
  TooManyFramesError,
} from '../../../gateway/connections/client_frames.ts'
import { MAX_BODY } from '../../../http/body/read_body.ts'
import { listenOnLoopback, type Peer } from '../../../lab/world/loopback.ts'
import { passingTo, startTestGateway } from '../../shared/test_gateway.ts'

const CONTINUED = 0x00
const BINARY = 0x02
const PING = 0x09
const FIN = 0x80
/** Bytes of the shortest headers of a client's frame, with its masking key. */
const HEADER = { short: 6, medium: 8 }

/** A client's frame, with a masking key of zeros. @param form in which its length is written */
function frame(first: number, length: number, form?: 16 | 64): Buffer {
  const payload = Buffer.alloc(length, 'x')
  const bits = form ?? (length < 126 ? 7 : length < 65_536 ? 16 : 64)
  const header = { 7: Buffer.alloc(2), 16: Buffer.alloc(4), 64: Buffer.alloc(10) }[bits] as Buffer
  header[0] = first
  header[1] = 0x80 | { 7: length, 16: 126, 64: 127 }[bits]
  if (bits === 16) header.writeUInt16BE(length, 2)
  if (bits === 64) header.writeBigUInt64BE(BigInt(length), 2)
  return Buffer.concat([header, Buffer.alloc(4), payload])
}

/** What passes of `bytes` that come in pieces. @throws {MessageTooLargeError} */
async function passed(bytes: Buffer, piece: number): Promise<Buffer> {
  const frames = new ClientFrames(new PassThrough())
  const all = buffer(frames)
  for (let at = 0; at < bytes.length; at += piece) frames.write(bytes.subarray(at, at + piece))
  frames.end()
  return all
}

const PIECES = [1, 7, 1_000_000]
const longest = MAX_BODY - HEADER.medium

describe('35. a message that fits passes as it is', () => {
  test.each<[string, Buffer[]]>([
    ['the longest', [frame(FIN | BINARY, longest)]],
    ['with its length in 64 bits', [frame(FIN | BINARY, 5, 64)]],
    ['several, of nothing too', [frame(FIN | BINARY, longest), frame(FIN | BINARY, 0)]],
    [
      'in pieces, with a ping between them',
      [
        frame(BINARY, 30_000),
        frame(FIN | PING, 125),
        frame(CONTINUED, 30_000),
        frame(FIN | CONTINUED, 5_000),
        frame(FIN | BINARY, longest),
      ],
    ],
  ])('%s', async (_, frames) => {
    const bytes = Buffer.concat(frames)
    for (const piece of PIECES) expect((await passed(bytes, piece)).equals(bytes)).toBe(true)
  })
})

describe('35. a message that does not fit is refused by its header', () => {
  const start = (whole: Buffer) => whole.subarray(0, 14)
  test.each<[string, Buffer]>([
    ['one byte too long', start(frame(FIN | BINARY, longest + 1, 16))],
    ['with its length in 64 bits', start(frame(FIN | BINARY, MAX_BODY, 64))],
    ['of all that can be written', Buffer.from([FIN | BINARY, 0xff, ...Array(8).fill(0xff)])],
    ['a control frame', start(frame(FIN | PING, MAX_BODY, 64))],
    [
      'in pieces',
      Buffer.concat([frame(BINARY, 40_000), frame(FIN | PING, 1), frame(CONTINUED, 40_000)]),
    ],
    [
      'in pieces of nothing',
      Buffer.concat(
        [frame(BINARY, 0)].concat(
          Array(Math.ceil(MAX_BODY / HEADER.short)).fill(frame(CONTINUED, 0)),
        ),
      ),
    ],
  ])('%s', async (_, bytes) => {
    for (const piece of PIECES) {
      await expect(passed(bytes, piece)).rejects.toThrow(MessageTooLargeError)
    }
  })
})

const started: Peer[] = []
afterEach(async () => {
  for (const peer of started.splice(0).reverse()) await peer.close()
})

/** A PDS that takes WebSockets as a stock one does, and a gateway in front of it. */
async function streaming() {
  const pds = await listenOnLoopback(() => {})
  const sockets = new WebSocketServer({ server: pds.server })
  const gateway = await startTestGateway(passingTo(pds.url), { drain: 0 })
  started.push(pds, gateway)
  const open = async (): Promise<{ client: WebSocket; atPds: WebSocket; raw: Socket }> => {
    const connected = once(sockets, 'connection') as Promise<[WebSocket]>
    const client = new WebSocket(gateway.url.replace('http', 'ws'))
    client.on('error', () => {})
    const upgraded = once(client, 'upgrade') as Promise<[{ socket: Socket }]>
    const [[atPds], [{ socket: raw }]] = await Promise.all([connected, upgraded])
    atPds.on('error', () => {})
    return { client, atPds, raw }
  }
  return { open }
}

test('35. at a PDS no message of a client is longer than 64 KiB, whole or not', async () => {
  const { open } = await streaming()
  const { raw, atPds } = await open()
  const gone = once(atPds, 'close')
  // Of a stock PDS it would have nearly 100 MiB in memory, for as long as the client likes.
  raw.write(frame(FIN | BINARY, 99 * 1024 * 1024).subarray(0, 1024 * 1024))
  await gone

  const another = await open()
  const heard = once(another.atPds, 'message') as Promise<[RawData]>
  another.client.send(Buffer.alloc(longest, 'y'))
  expect(String((await heard)[0])).toBe('y'.repeat(longest))
  const told = once(another.client, 'message') as Promise<[RawData]>
  another.atPds.send('z'.repeat(1_000_000))
  expect(String((await told)[0])).toHaveLength(1_000_000)
  another.client.terminate()
})

test('35. what a client sends waits until it takes what is sent to it', async () => {
  const client = new PassThrough({ highWaterMark: 10 })
  const frames = new ClientFrames(client)
  client.write('as much as it takes')
  frames.write(frame(FIN | PING, 100))
  await new Promise(setImmediate)
  expect(frames.read()).toBeNull()
  client.resume()
  await once(frames, 'readable')
  expect(frames.read()).toEqual(frame(FIN | PING, 100))
})

describe('35. frames of one client', () => {
  afterEach(() => void vi.restoreAllMocks())
  const pings = (count: number) => Buffer.concat(Array(count).fill(frame(FIN | PING, 0)))

  test.each([100, 1_000_000])('are so many in a minute, in pieces of %i bytes', async (piece) => {
    expect(await passed(pings(MOST_FRAMES), piece)).toHaveLength(MOST_FRAMES * HEADER.short)
    await expect(passed(pings(MOST_FRAMES + 1), piece)).rejects.toThrow(TooManyFramesError)
  })

  test('are as many in the next', async () => {
    let now = 0
    vi.spyOn(performance, 'now').mockImplementation(() => now)
    const frames = new ClientFrames(new PassThrough())
    const all = buffer(frames)
    for (let minutes = 0; minutes < 3; minutes++) {
      await new Promise((resolve) => frames.write(pings(MOST_FRAMES), resolve))
      now += MINUTE
    }
    frames.end()
    expect(await all).toHaveLength(3 * MOST_FRAMES * HEADER.short)
  })
})
