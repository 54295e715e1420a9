import { connect } from 'node:net'
import { mutateText } from './mutate.ts'
import type { Random } from './random.ts'

/** Milliseconds after which a server that waits for more is left alone. */
const PATIENCE = 300

const MESSAGES = [
  ['POST /oauth/par HTTP/1.1', 'host: localhost', 'content-length: 3', '', 'a=b'],
  [
    'POST /oauth/token HTTP/1.1',
    'host: localhost',
    'transfer-encoding: chunked',
    '',
    '3',
    'a=b',
    '0',
    '',
    '',
  ],
  ['GET /account HTTP/1.1', 'host: localhost', 'accept: text/html', '', ''],
  ['GET http://localhost/account HTTP/1.1', 'host: localhost', '', ''],
  [
    'GET /xrpc/com.atproto.sync.subscribeRepos HTTP/1.1',
    'host: localhost',
    'upgrade: websocket',
    'connection: upgrade',
    'sec-websocket-version: 13',
    'sec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==',
    '',
    '',
  ],
  [
    'POST /xrpc/com.atproto.repo.uploadBlob HTTP/1.1',
    'host: localhost',
    'expect: 100-continue',
    'content-length: 5',
    '',
    'hello',
  ],
]

const ADDITIONS = [
  'content-length: 5',
  'content-length: -1',
  'content-length: 99999999999999999999',
  'content-length: 3, 4',
  'transfer-encoding: chunked',
  'transfer-encoding: gzip, chunked',
  'transfer-encoding : chunked',
  'host: other',
  'host:',
  ' folded: line',
  'no colon',
  ': no name',
  'cookie: \u0000',
  `cookie: ${'x'.repeat(20_000)}`,
  'upgrade: h2c',
  'connection: host',
  'expect: nonsense',
]

/** An HTTP/1.1 message whose framing, or some line of it, is broken. */
export function breakMessage(random: Random): string {
  const lines = [...random.pick(MESSAGES)]
  for (let times = 1 + random.int(2); times > 0; times--) {
    const at = random.int(lines.length)
    if (random.chance(0.5)) lines.splice(1, 0, random.pick(ADDITIONS))
    else lines[at] = mutateText(random, lines[at] ?? '')
  }
  return lines.join(random.chance(0.1) ? '\n' : '\r\n')
}

/** Sends text over a connection of its own. @returns everything that comes back */
export function exchange(origin: string, text: string): Promise<string> {
  return new Promise((resolve) => {
    let answer = ''
    const socket = connect(Number(new URL(origin).port), '127.0.0.1', () => socket.write(text))
    socket.setTimeout(PATIENCE, () => socket.destroy())
    socket.on('data', (chunk) => {
      answer += chunk
    })
    socket.on('error', () => {})
    socket.on('close', () => resolve(answer))
  })
}
