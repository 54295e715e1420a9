import { once } from 'node:events'
import { connect, createServer, type Server, type Socket } from 'node:net'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Peer } from '../../lab/world/loopback.ts'
import { passingTo, send, startTestGateway } from '../shared/test_gateway.ts'

/** What a PDS answers, byte for byte, by the path that is asked for. */
const answers = new Map<string, (socket: Socket) => void>()
const WELL = 'HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok'

let pds: Server
let gateway: Peer
beforeAll(async () => {
  pds = createServer((socket) => {
    socket.on('error', () => {})
    socket.on('data', (data) => {
      const [, path = ''] = String(data).split(' ', 2)
      const answer = answers.get(path)
      if (answer) answer(socket)
      else socket.write(WELL)
    })
  }).listen(0, '127.0.0.1')
  await once(pds, 'listening')
  const { port } = pds.address() as { port: number }
  gateway = await startTestGateway(passingTo(`http://127.0.0.1:${port}`), {
    idle: 3_000,
    keepAlive: 10_000,
  })
})
afterAll(async () => {
  await gateway?.close()
  pds?.close()
})

/** All that a client gets for a request and a further one over the same connection, which it asks to be the last. */
async function exchange(path: string): Promise<string> {
  const client = connect({ port: Number(new URL(gateway.url).port), host: '127.0.0.1' })
  client.on('error', () => {})
  client.write(
    `GET ${path} HTTP/1.1\r\nHost: x\r\n\r\nGET /well HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`,
  )
  let text = ''
  client.on('data', (data) => {
    text += data.toString('latin1')
  })
  await once(client, 'close')
  return text
}

const COOKIE = 'set-cookie: device-id=dev-x; Path=/\r\n'
const says = (text: string) => (socket: Socket) => void socket.write(Buffer.from(text, 'latin1'))
const thenEnds = (text: string) => (socket: Socket) => void socket.end(Buffer.from(text, 'latin1'))
const head = (more: string) => `HTTP/1.1 200 OK\r\n${more}`

/** The status with which a client is answered; `cut` where its connection ends before that, or in the answer. */
const lies: [string, (socket: Socket) => void, number | 'cut'][] = [
  [
    'a cookie, folded into another header',
    says(head(`x: 1\r\n ${COOKIE}content-length: 2\r\n\r\nok`)),
    502,
  ],
  [
    'a cookie behind a bare carriage return',
    says(head(`x: 1\r${COOKIE}content-length: 2\r\n\r\nok`)),
    502,
  ],
  [
    'a cookie behind a bare line feed',
    says(head(`x: 1\n${COOKIE}content-length: 2\r\n\r\nok`)),
    502,
  ],
  [
    'a cookie with a space before its colon',
    says(head(`set-cookie : a=b\r\ncontent-length: 2\r\n\r\nok`)),
    502,
  ],
  [
    'a cookie in a header of zero bytes',
    says(head(`x: \0${COOKIE}content-length: 2\r\n\r\nok`)),
    502,
  ],
  ['a control character', says(head(`x: \x01\r\ncontent-length: 2\r\n\r\nok`)), 502],
  ['a delete character', says(head(`x: \x7f\r\ncontent-length: 2\r\n\r\nok`)), 502],
  ['latin1', says(head(`x: \xe9\xff\r\ncontent-length: 2\r\n\r\nok`)), 200],
  [
    'a reason with control characters',
    says(`HTTP/1.1 200 O\x01K\r\ncontent-length: 2\r\n\r\nok`),
    200,
  ],
  ['a reason in latin1', says(`HTTP/1.1 200 \xe9\r\ncontent-length: 2\r\n\r\nok`), 200],
  ['no reason', says(`HTTP/1.1 200\r\ncontent-length: 2\r\n\r\nok`), 200],
  ['status 999', says(`HTTP/1.1 999 X\r\ncontent-length: 2\r\n\r\nok`), 999],
  ['status 1000', says(`HTTP/1.1 1000 X\r\ncontent-length: 2\r\n\r\nok`), 502],
  ['status 000', says(`HTTP/1.1 000 X\r\ncontent-length: 2\r\n\r\nok`), 502],
  ['status 099', says(`HTTP/1.1 099 X\r\ncontent-length: 2\r\n\r\nok`), 502],
  [
    'a cookie in early hints',
    says(`HTTP/1.1 103 Early Hints\r\n${COOKIE}link: </x>; rel=preload\r\n\r\n${WELL}`),
    200,
  ],
  [
    'many early hints',
    says(`HTTP/1.1 103 Early Hints\r\n${COOKIE}\r\n`.repeat(10_000) + WELL),
    200,
  ],
  [
    'early hints without an end',
    (socket) => {
      const timer = setInterval(() => socket.write('HTTP/1.1 103 Early Hints\r\n\r\n'), 100)
      socket.once('close', () => clearInterval(timer))
    },
    'cut',
  ],
  [
    'a switch of protocols',
    says(
      `HTTP/1.1 101 Switching Protocols\r\n${COOKIE}upgrade: x\r\nconnection: upgrade\r\n\r\n${WELL}`,
    ),
    502,
  ],
  ['two lengths', says(head(`content-length: 2\r\ncontent-length: 3\r\n\r\nok`)), 502],
  ['the same length twice', says(head(`content-length: 2\r\ncontent-length: 2\r\n\r\nok`)), 502],
  [
    'a length and chunks',
    says(head(`content-length: 2\r\ntransfer-encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n`)),
    502,
  ],
  ['a negative length', says(head(`content-length: -2\r\n\r\nok`)), 502],
  ['a length that is no number', says(head(`content-length: 0x2\r\n\r\nok`)), 502],
  ['less than it says', thenEnds(head(`content-length: 9\r\n\r\nok`)), 'cut'],
  ['more than it says', says(head(`content-length: 2\r\n\r\nok${WELL.replace('ok', 'no')}`)), 200],
  ['chunks that are none', says(head(`transfer-encoding: chunked\r\n\r\nzz\r\nok\r\n`)), 'cut'],
  [
    'a chunk of 16 exabytes',
    thenEnds(head(`transfer-encoding: chunked\r\n\r\nffffffffffffffff\r\nok`)),
    'cut',
  ],
  [
    'a cookie in a trailer',
    says(
      head(
        `transfer-encoding: chunked\r\ntrailer: set-cookie\r\n\r\n2\r\nok\r\n0\r\n${COOKIE}\r\n`,
      ),
    ),
    200,
  ],
  [
    'a cookie in an extension of a chunk',
    says(head(`transfer-encoding: chunked\r\n\r\n2;${COOKIE.trim()}\r\nok\r\n0\r\n\r\n`)),
    'cut',
  ],
  [
    'a cookie that the connection names',
    says(head(`connection: set-cookie\r\n${COOKIE}content-length: 2\r\n\r\nok`)),
    200,
  ],
  [
    'a policy that the connection names',
    says(
      head(
        `connection: content-security-policy, x-content-type-options, close\r\ncontent-length: 2\r\n\r\nok`,
      ),
    ),
    200,
  ],
  [
    'a header of 100 kB',
    says(head(`x: ${'x'.repeat(100_000)}\r\ncontent-length: 2\r\n\r\nok`)),
    502,
  ],
  ['10,000 headers', says(head(`${'x: 1\r\n'.repeat(10_000)}content-length: 2\r\n\r\nok`)), 502],
  [
    'a head without an end',
    (socket) => {
      socket.write('HTTP/1.1 200 OK\r\n')
      const t = setInterval(() => socket.write('x: 1\r\n'), 100)
      socket.once('close', () => clearInterval(t))
    },
    504,
  ],
  ['another protocol', thenEnds('SSH-2.0-OpenSSH_9.0\r\n'), 502],
  ['HTTP/0.9', thenEnds('<html>'), 502],
  ['HTTP/1.0 until its end', thenEnds(`HTTP/1.0 200 OK\r\n${COOKIE}\r\nok`), 200],
  ['a body of 204', says(`HTTP/1.1 204 No Content\r\n\r\n${WELL.replace('ok', 'no')}`), 204],
  ['a body of 304', says(`HTTP/1.1 304 Not Modified\r\ncontent-length: 5\r\n\r\n`), 304],
  ['nothing', (socket) => void socket.end(), 502],
]

test.each(lies)('a PDS that answers with %s does no harm', async (name, answer, status) => {
  const path = `/${encodeURIComponent(name)}`
  answers.set(path, answer)
  const text = await exchange(path)
  expect(text).not.toMatch(/^set-cookie/im)
  const isAnswered = text.split('HTTP/1.1 ').length === 3
  expect(isAnswered ? Number(text.split(' ', 2)[1]) : 'cut').toBe(status)
  expect((await send(`${gateway.url}/well`)).text).toBe('ok')
})
