import { once } from 'node:events'
import { type IncomingMessage, request, type ServerResponse } from 'node:http'
import { connect, type Socket } from 'node:net'
import { gzipSync } from 'node:zlib'
import { afterEach, expect, test } from 'vitest'
import { UPSTREAM_POOL } from '../../base/lifetimes.ts'
import { MOST_LINES } from '../../base/watching/event_log.ts'
import { createLog } from '../../base/watching/log.ts'
import type { Timeouts } from '../../gateway/timeouts.ts'
import {
  freePort,
  type LoopbackServer,
  listenOnLoopback,
  type Peer,
} from '../../lab/world/loopback.ts'
import { passingTo, send, startTestGateway } from '../shared/test_gateway.ts'

const MB = 1024 * 1024
const started: Peer[] = []
afterEach(async () => {
  for (const peer of started.splice(0).reverse()) await peer.close()
})

/** A PDS that does as `listener` does, and a gateway that passes everything on to it. */
async function inFrontOf(
  listener: (incoming: IncomingMessage, outgoing: ServerResponse) => void,
  timeouts?: Partial<Timeouts>,
): Promise<{ gateway: string; pds: LoopbackServer }> {
  const pds = await listenOnLoopback(listener)
  const gateway = await startTestGateway(passingTo(pds.url), { drain: 100, ...timeouts })
  started.push(pds, gateway)
  return { gateway: gateway.url, pds }
}

test('headers of the connection stay on it, all others pass', async () => {
  const seen: IncomingMessage[] = []
  const { gateway } = await inFrontOf((incoming, outgoing) => {
    seen.push(incoming)
    outgoing.writeHead(201, 'Made', [
      ...['Connection', 'close, X-Hop', 'X-Hop', '1', 'Keep-Alive', 'timeout=9'],
      ...['Vary', 'A', 'Vary', 'B', 'X-End', '2', 'Set-Cookie', 'stolen=1'],
    ])
    outgoing.end('ok')
  })
  const answer = await send(`${gateway}/xrpc/a.b.c?d=%20e`, {
    method: 'POST',
    headers: {
      connection: 'x-secret',
      'x-secret': '1',
      te: 'trailers',
      'x-end': '2',
      constructor: '3',
    },
    body: 'body',
  })
  expect(seen[0]).toMatchObject({ method: 'POST', url: '/xrpc/a.b.c?d=%20e' })
  expect(seen[0]?.headers).toMatchObject({
    host: expect.stringMatching(/^localhost:/),
    'x-end': '2',
    constructor: '3',
    'x-forwarded-for': '127.0.0.1',
    'content-length': '4',
  })
  expect(Object.keys(seen[0]?.headers ?? {})).not.toContain('x-secret')
  expect(Object.keys(seen[0]?.headers ?? {})).not.toContain('te')
  expect(answer).toMatchObject({ statusCode: 201, statusMessage: 'Made', text: 'ok' })
  expect(answer.headers).toMatchObject({ vary: 'A, B', 'x-end': '2' })
  expect(answer.headers).not.toHaveProperty('x-hop')
  expect(answer.headers).not.toHaveProperty('set-cookie')
})

test('a connection that the PDS closes for having been idle costs no safe request', async () => {
  const served = new WeakSet<object>()
  let closed = 0
  const { gateway } = await inFrontOf((incoming, outgoing) => {
    if (served.has(incoming.socket)) {
      closed++
      incoming.socket.resetAndDestroy()
      return
    }
    served.add(incoming.socket)
    outgoing.end('ok')
  })
  expect((await send(`${gateway}/xrpc/a.b.c`)).text).toBe('ok')
  expect((await send(`${gateway}/xrpc/a.b.c`)).text).toBe('ok')
  expect(closed).toBe(1)
  // A procedure is not repeated, with or without a body: the PDS may have done it.
  for (const body of ['once', undefined]) {
    expect((await send(`${gateway}/xrpc/a.b.c`)).text).toBe('ok')
    const procedure = await send(`${gateway}/xrpc/a.b.c`, { method: 'POST', body })
    expect(procedure.statusCode).toBe(502)
  }
})

test('compressed bytes and redirects pass as they are, and nothing runs', async () => {
  const packed = gzipSync('<script>alert(1)</script>')
  const { gateway } = await inFrontOf((_incoming, outgoing) => {
    outgoing.writeHead(302, {
      location: 'http://169.254.169.254/',
      'content-type': 'text/html',
      'content-encoding': 'gzip',
      'content-security-policy': 'script-src *',
    })
    outgoing.end(packed)
  })
  const answer = await send(`${gateway}/xrpc/a.b.c`)
  expect(Buffer.from(answer.text, 'latin1')).toEqual(packed)
  expect(answer.headers).toMatchObject({
    location: 'http://169.254.169.254/',
    'content-security-policy': "default-src 'none'; sandbox",
    'x-content-type-options': 'nosniff',
  })
  expect(answer.statusCode).toBe(302)
})

test('what a PDS says of its origin is not said of that of the sign-in pages', async () => {
  const said = {
    ...{ 'strict-transport-security': 'max-age=1', 'alt-svc': 'h3=":443"', nel: '{}' },
    ...{ 'report-to': '{}', 'reporting-endpoints': 'a="https://evil.example"' },
    ...{ 'service-worker-allowed': '/', 'clear-site-data': '"*"' },
    ...{ 'secure-session-registration': '(ES256);path="/xrpc/a.b.c"', 'accept-ch': 'Sec-CH-UA' },
    ...{ 'use-as-dictionary': 'match="/*"', 'set-login': 'logged-out' },
  }
  const { gateway } = await inFrontOf((_incoming, outgoing) => {
    outgoing.writeHead(200, { ...said, 'x-other': '1' }).end('ok')
  })
  const { headers } = await send(`${gateway}/xrpc/a.b.c`)
  expect(headers).toMatchObject({ 'x-other': '1' })
  for (const name of Object.keys(said)) expect(headers).not.toHaveProperty(name)
})

test('a PDS tells no proxy in front of the gateway to answer with something else', async () => {
  const told = {
    ...{
      'X-Accel-Redirect': '/private/file',
      'X-Accel-Expires': '@0',
      'X-Sendfile': '/etc/passwd',
    },
    ...{ 'X-Sendfile2': '/etc/passwd 0-', 'X-LIGHTTPD-send-file': '/etc/passwd' },
    ...{ 'X-LiteSpeed-Location': '/private', 'X-Reproxy-URL': 'http://169.254.169.254/' },
  }
  const { gateway } = await inFrontOf((_incoming, outgoing) => {
    outgoing.writeHead(200, { ...told, 'X-Accelerated': '1' }).end('ok')
  })
  const { headers } = await send(`${gateway}/xrpc/a.b.c`)
  expect(headers).toMatchObject({ 'x-accelerated': '1' })
  for (const name of Object.keys(told)) expect(headers).not.toHaveProperty(name.toLowerCase())
})

test.each([
  ['DPoP algs="ES256", error="use_dpop_nonce"', 1],
  ['Bearer resource_metadata="https://pds.example.com/basic"', 1],
  ['Basic realm="sign in"', 0],
  ['Bearer realm="x",basic realm="sign in"', 0],
  ['Negotiate', 0],
])('of the challenges of a PDS, no browser asks for a password: %s', async (challenge, times) => {
  const { gateway } = await inFrontOf((_incoming, outgoing) => {
    outgoing.writeHead(401, { 'www-authenticate': challenge }).end()
  })
  const { headersDistinct } = await send(`${gateway}/xrpc/a.b.c`)
  expect(headersDistinct['www-authenticate'] ?? []).toHaveLength(times)
})

test('connections to a PDS are used again', async () => {
  const { gateway, pds } = await inFrontOf((incoming, outgoing) =>
    incoming.resume().on('end', () => outgoing.end('ok')),
  )
  let connections = 0
  pds.server.on('connection', () => connections++)
  for (let i = 0; i < 5; i++) await send(`${gateway}/`, { method: 'POST', body: 'x' })
  expect(connections).toBe(1)
})

test('an idle connection to a PDS is closed before the PDS closes it', async () => {
  const { gateway, pds } = await inFrontOf((_incoming, outgoing) => outgoing.end('ok'))
  pds.server.keepAliveTimeout = 60_000
  const connected = once(pds.server, 'connection')
  await send(`${gateway}/`, { method: 'POST', body: 'x' })
  const [socket] = (await connected) as [Socket]
  // Where the PDS does it, there is no end that the gateway sent before.
  const by = [once(socket, 'end').then(() => 'gateway'), once(socket, 'close').then(() => 'PDS')]
  expect(await Promise.race(by)).toBe('gateway')
})

test('a connection that was used before may wait longer for an answer', async () => {
  const { gateway } = await inFrontOf((incoming, outgoing) => {
    setTimeout(() => outgoing.end('ok'), incoming.url === '/slow' ? UPSTREAM_POOL + 500 : 0)
  })
  await send(`${gateway}/`)
  expect((await send(`${gateway}/slow`)).text).toBe('ok')
})

test('an upload goes no faster than the PDS takes it', async () => {
  const paused = Promise.withResolvers<IncomingMessage>()
  const { gateway } = await inFrontOf((incoming, outgoing) => {
    paused.resolve(incoming)
    incoming.on('end', () => outgoing.end('all of it'))
  })
  const upload = request(gateway, { method: 'POST', headers: { 'content-length': 50 * MB } })
  const answered = once(upload, 'response')
  let sent = 0
  const sending = (async () => {
    for (; sent < 50; sent++) {
      if (!upload.write(Buffer.alloc(MB))) await once(upload, 'drain')
    }
    upload.end()
  })()
  const incoming = await paused.promise
  await settled(() => sent)
  expect(sent).toBeLessThan(25)

  incoming.resume()
  await sending
  const [response] = (await answered) as [IncomingMessage]
  expect(Buffer.concat(await response.toArray()).toString()).toBe('all of it')
})

test('a download goes no faster than the client takes it', async () => {
  let sent = 0
  const { gateway } = await inFrontOf(async (_incoming, outgoing) => {
    for (; sent < 50; sent++) {
      if (!outgoing.write(Buffer.alloc(MB))) await once(outgoing, 'drain')
    }
    outgoing.end()
  })
  const download = request(gateway).end()
  const [response] = (await once(download, 'response')) as [IncomingMessage]
  await settled(() => sent)
  expect(sent).toBeLessThan(25)

  let received = 0
  for await (const chunk of response) received += chunk.length
  expect(received).toBe(50 * MB)
})

test('a body of unknown length passes in chunks', async () => {
  const arrived = Promise.withResolvers<void>()
  const { gateway } = await inFrontOf(async (incoming, outgoing) => {
    arrived.resolve()
    const body = Buffer.concat(await incoming.toArray()).toString()
    outgoing.end(
      `${incoming.headers['transfer-encoding']} ${incoming.headers['content-length']} ${body}`,
    )
  })
  const upload = request(gateway, { method: 'POST' })
  upload.write('one ')
  await arrived.promise
  upload.end('two')
  const [response] = (await once(upload, 'response')) as [IncomingMessage]
  expect(Buffer.concat(await response.toArray()).toString()).toBe('chunked undefined one two')
})

test('an answer before the end of the upload arrives', async () => {
  const { gateway } = await inFrontOf((_incoming, outgoing) => {
    outgoing.writeHead(413).end('too much')
  })
  const upload = request(gateway, { method: 'POST', headers: { 'content-length': 50 * MB } })
  upload.on('error', () => {})
  upload.write(Buffer.alloc(MB))
  const [response] = (await once(upload, 'response')) as [IncomingMessage]
  expect(response.statusCode).toBe(413)
  expect(Buffer.concat(await response.toArray()).toString()).toBe('too much')
  upload.destroy()
})

test.each(['content-length', 'transfer-encoding'])(
  'a client that sends all of it before it reads sees it, too, and the connection goes on: %s',
  async (framing) => {
    const { gateway } = await inFrontOf((_incoming, outgoing) => {
      outgoing.writeHead(401).end('too old')
    })
    const socket = connect(Number(new URL(gateway).port), '127.0.0.1')
    socket.on('error', () => {})
    const isChunked = framing === 'transfer-encoding'
    const piece = Buffer.alloc(MB)
    socket.write(
      `POST /b HTTP/1.1\r\nHost: a\r\n${framing}: ${isChunked ? 'chunked' : 20 * MB}\r\n\r\n`,
    )
    for (let sent = 0; sent < 20; sent++) {
      if (isChunked) socket.write(`${MB.toString(16)}\r\n`)
      // Slower than the half second in which another program would have closed it.
      await new Promise((resolve) => setTimeout(resolve, 50))
      await new Promise((resolve) => socket.write(piece, resolve))
      if (isChunked) socket.write('\r\n')
    }
    socket.write(
      `${isChunked ? '0\r\n\r\n' : ''}GET /b HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n`,
    )
    const answers = Buffer.concat(await socket.toArray()).toString()
    expect(answers.match(/^HTTP\/1.1 401 /gm)).toHaveLength(2)
  },
)

test('a client that goes away takes its request at the PDS along', async () => {
  const gone = Promise.withResolvers<void>()
  const { gateway } = await inFrontOf((_incoming, outgoing) => {
    outgoing.on('close', () => gone.resolve())
    outgoing.write('some')
  })
  const download = request(gateway).end()
  download.on('error', () => {})
  await once(download, 'response')
  download.destroy()
  await gone.promise
})

test('a PDS that is down fills no log, whatever is asked of it', async () => {
  const lines: string[] = []
  const log = createLog('warn', { write: (line) => void lines.push(line) })
  const pds = `http://127.0.0.1:${await freePort()}`
  const gateway = await startTestGateway(passingTo(pds), {}, { log })
  started.push(gateway)
  for (let i = 0; i < MOST_LINES.ofOne + 5; i++) {
    expect((await send(`${gateway.url}/xrpc/a.b.c`)).statusCode).toBe(502)
  }
  expect(lines).toHaveLength(MOST_LINES.ofOne)
  expect(JSON.parse(lines[0] as string)).toMatchObject({ pds, msg: 'a PDS did not answer' })
})

test('an auth actor that is away fills no log, whatever is asked of it', async () => {
  const lines: string[] = []
  const log = createLog('warn', { write: (line) => void lines.push(line) })
  const answer = () => Promise.reject(new Error('away'))
  const gateway = await startTestGateway({ answer, ready: async () => true }, {}, { log })
  started.push(gateway)
  for (let i = 0; i < MOST_LINES.ofOne + 5; i++) {
    expect((await send(`${gateway.url}/xrpc/a.b.c`)).statusCode).toBe(503)
  }
  expect(lines).toHaveLength(MOST_LINES.ofOne)
  expect(JSON.parse(lines[0] as string)).toMatchObject({ msg: 'no answer from the auth actor' })
})

test('a PDS that is down, silent or breaks off is an error at once', async () => {
  const down = await startTestGateway(passingTo(`http://127.0.0.1:${await freePort()}`))
  started.push(down)
  const refused = await send(`${down.url}/xrpc/a.b.c`, { method: 'POST', body: 'x' })
  expect(refused.statusCode).toBe(502)
  expect(JSON.parse(refused.text)).toMatchObject({ error: 'UpstreamFailure' })
  expect(refused.headers['access-control-allow-origin']).toBe('*')

  const asked: (string | undefined)[] = []
  const { gateway } = await inFrontOf(
    (incoming, outgoing) => {
      asked.push(incoming.url)
      if (incoming.url === '/silent') return
      if (incoming.url === '/none') return void incoming.socket.destroy()
      if (incoming.url === '/ok') return void outgoing.end('ok')
      outgoing.writeHead(200, { 'content-length': 10 }).write('half')
      if (incoming.url === '/half') setImmediate(() => incoming.socket.destroy())
    },
    { idle: 200 },
  )
  const silent = await send(`${gateway}/silent`)
  expect(silent.statusCode).toBe(504)
  expect(JSON.parse(silent.text)).toMatchObject({ error: 'UpstreamTimeout' })
  expect((await send(`${gateway}/none`)).statusCode).toBe(502)
  await expect(send(`${gateway}/half`)).rejects.toThrow('aborted')
  await expect(send(`${gateway}/stalled`)).rejects.toThrow('aborted')
  expect((await send(`${gateway}/ok`)).text).toBe('ok')
  // One that has begun to answer, or takes its time, may be doing what it was asked for.
  const isOnce = (path: string) => asked.filter((url) => url === path).length === 1
  expect(['/silent', '/half'].every(isOnce)).toBe(true)
})

test('a WebSocket that the PDS refuses is answered as the PDS does', async () => {
  const { gateway } = await inFrontOf((_incoming, outgoing) => {
    outgoing.writeHead(400, { 'content-type': 'application/json' }).end('{"error":"FutureCursor"}')
  })
  const headers = { connection: 'Upgrade', upgrade: 'websocket', 'sec-websocket-key': 'x' }
  const answer = await send(`${gateway}/xrpc/a.b.c`, { headers })
  expect(answer).toMatchObject({ statusCode: 400, text: '{"error":"FutureCursor"}' })
})

test('a PDS that upgrades a connection unasked, and then resets it, is an error like others', async () => {
  const { gateway } = await inFrontOf((incoming, outgoing) => {
    if (incoming.url === '/ok') return void outgoing.end('ok')
    incoming.socket.write(
      'HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n',
    )
    setImmediate(() => incoming.socket.resetAndDestroy())
  })
  expect((await send(`${gateway}/upgraded`)).statusCode).toBe(502)
  expect((await send(`${gateway}/ok`)).text).toBe('ok')
})

test('a joined socket carries bytes both ways until the gateway stops', async () => {
  const { gateway, pds } = await inFrontOf(() => {})
  pds.server.on('upgrade', (incoming, socket, head) => {
    const { upgrade, connection } = incoming.headers
    socket.write(
      'HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n' +
        'Set-Cookie: stolen=1\r\nClear-Site-Data: "cookies"\r\nSec-WebSocket-Accept: x\r\n\r\n',
    )
    socket.write(`${upgrade} ${connection} ${head};`)
    socket.pipe(socket)
  })
  const { port } = new URL(gateway)
  const socket = connect({ port: Number(port), host: '127.0.0.1' })
  let text = ''
  socket.on('data', (data) => {
    text += data
  })
  socket.write(
    'GET /xrpc/a.b.c HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\nearly',
  )
  await settled(() => text)
  expect(text).toMatch(/^HTTP\/1.1 101 .*\r\n\r\nwebsocket upgrade ;early$/s)
  expect(text).toMatch(/Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Accept: x/)
  expect(text).not.toMatch(/set-cookie|clear-site-data/i)
  socket.write(' later')
  await settled(() => text)
  expect(text).toMatch(/early later$/)

  const closed = once(socket, 'close')
  await started.pop()?.close()
  await closed
})

/** Waits until `value` has stopped changing. */
async function settled(value: () => unknown): Promise<void> {
  let before: unknown
  do {
    before = value()
    await new Promise((resolve) => setTimeout(resolve, 150))
  } while (value() !== before || before === '')
}
