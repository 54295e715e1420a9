import { createHash, randomBytes } from 'node:crypto'
import { on, once } from 'node:events'
import type { IncomingMessage } from 'node:http'
import http2 from 'node:http2'
import https, { type RequestOptions } from 'node:https'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { WebSocket, WebSocketServer } from 'ws'
import { CLIENT_IDLE } from '../../base/lifetimes.ts'
import type { AuthActor, RequestEnvelope } from '../../http/envelope.ts'
import { type LoopbackServer, listenOnLoopback, type Peer } from '../../lab/world/loopback.ts'
import { startApacheInFront } from '../../lab/world/servers/apache_in_front.ts'
import {
  findProgram,
  type ProxyInFront,
  startCaddy,
  startNginx,
} from '../../lab/world/servers/proxies.ts'
import { sayUnless } from '../shared/left_out.ts'
import { passingTo, startTestGateway } from '../shared/test_gateway.ts'

const MB = 1024 * 1024
const NAME = 'pds.example.com'
/** Where the client is: the proxies are at 127.0.0.1, which is trusted. */
const CLIENT = '127.0.0.2'
/** When Node closes an idle connection by itself: its 5 seconds, and one more. */
const NODES_IDLE = 6_000

/** Bytes of one header: Node takes 16 KiB of all of a request. */
const LARGEST = 14_000

/** Of a PDS. */
const MESSAGE = randomBytes(MB)

const PROXIES = [
  { name: 'caddy', start: startCaddy },
  { name: 'nginx', start: startNginx },
  { name: 'apache2', start: startApacheInFront },
] as const

const sha256 = (data: Uint8Array) => createHash('sha256').update(data).digest('hex')

for (const { name, start } of PROXIES) {
  const program = findProgram(name) ?? ''
  const isInstalled = sayUnless(
    program !== '',
    `a real ${name} in front: it is not installed (apt-get install ${name})`,
  )

  describe.runIf(isInstalled)(`behind a real ${name}, as deploy/ sets it up`, () => {
    let pds: LoopbackServer
    let gateway: Peer
    let proxy: ProxyInFront
    let seen: RequestEnvelope
    const agent = new https.Agent({ keepAlive: true })

    beforeAll(async () => {
      pds = await listenOnLoopback((incoming, outgoing) => {
        const hash = createHash('sha256')
        incoming.on('data', (chunk) => hash.update(chunk))
        incoming.on('end', () => {
          if (incoming.url === '/xrpc/test.download') return outgoing.end(Buffer.alloc(20 * MB, 7))
          outgoing.end(hash.digest('hex'))
        })
      })
      const webSockets = new WebSocketServer({ server: pds.server })
      webSockets.on('headers', (headers) => headers.push('Set-Cookie: stolen=1'))
      webSockets.on('connection', (socket) => {
        socket.on('message', (data) => {
          for (const answer of [data, MESSAGE]) socket.send(answer)
        })
      })
      gateway = await startTestGateway(answering(pds.url), {}, { trustedProxies: ['127.0.0.1'] })
      proxy = await start(program, Number(new URL(gateway.url).port))
    })
    afterAll(async () => {
      agent.destroy()
      await proxy?.close()
      await gateway?.close()
      await pds?.close()
    })

    /** An auth actor that answers what is not for a PDS, and remembers what it was asked. */
    function answering(pdsUrl: string): AuthActor {
      const passing = passingTo(pdsUrl)
      return {
        ...passing,
        answer: async (envelope) => {
          if (envelope.target.startsWith('/xrpc/')) return passing.answer(envelope)
          // Caddy asks here whether it may make a certificate.
          if (!envelope.target.startsWith('/tls-check')) seen = envelope
          const told = new URLSearchParams(envelope.target.split('?')[1]).get('state') ?? 'yes'
          return { status: 200, headers: [['x-told', told]], body: Buffer.from('ok') }
        },
      }
    }

    const where = (servername = NAME): RequestOptions => ({
      ...{ host: '127.0.0.1', port: proxy.port, servername, ca: proxy.ca, agent },
      localAddress: CLIENT,
    })

    async function ask(
      path: string,
      { body, headers, ...options }: RequestOptions & { body?: string | Uint8Array } = {},
    ): Promise<{ status: number; body: Buffer; headers: IncomingMessage['headers'] }> {
      const request = https.request({
        ...where(),
        ...options,
        path,
        method: options.method ?? (body ? 'POST' : 'GET'),
        headers: { host: NAME, ...headers },
      })
      request.end(body)
      const [response] = (await once(request, 'response')) as [IncomingMessage]
      const chunks = await response.toArray()
      const { statusCode = 0, headers: answered } = response
      return { status: statusCode, body: Buffer.concat(chunks), headers: answered }
    }

    test('requests pass whole, with the address of the client', async () => {
      const answer = await ask('/oauth/par?a=%20b', { body: 'x=1', headers: { 'x-mine': '1' } })
      expect(answer).toMatchObject({ status: 200, headers: { 'x-told': 'yes' } })
      expect(seen).toMatchObject({ method: 'POST', target: '/oauth/par?a=%20b' })
      expect(seen.client.address).toBe(CLIENT)
      expect(String(seen.body)).toBe('x=1')
      expect(seen.headers.map(([name, value]) => `${name.toLowerCase()}: ${value}`)).toEqual(
        expect.arrayContaining([`host: ${NAME}`, 'x-mine: 1']),
      )
      expect((await ask('/xrpc/_health')).status).toBe(200)
      expect((await ask('/', { method: 'HEAD' })).status).toBe(200)
    })

    test('a path passes as it came', async () => {
      const path = '/a%2Fb//c/%7Ed;e/../%2e/./f%5C?g=%2F&h=%zz+i'
      expect((await ask(path)).status).toBe(200)
      expect(seen.target).toBe(path)
    })

    test('headers pass that are as large as those of the program may be', async () => {
      const headers = { authorization: `DPoP ${'t'.repeat(LARGEST)}` }
      expect((await ask('/', { headers })).status).toBe(200)
      expect(seen.headers.map(([, value]) => value)).toContain(headers.authorization)
      // A redirect back to an app has its `state`.
      const state = 's'.repeat(LARGEST)
      const answer = await ask(`/?state=${state}`)
      expect(answer.status).toBe(200)
      expect(answer.headers['x-told']).toBe(state)
    })

    test('a client has no say in what its address is', async () => {
      const claimed = {
        'x-forwarded-for': '203.0.113.5',
        forwarded: 'for=203.0.113.5',
        'x-real-ip': '203.0.113.5',
      }
      const connection = 'x-forwarded-for, forwarded'
      for (const headers of [claimed, { ...claimed, connection }]) {
        await ask('/', { headers, agent: false })
        expect(seen.client).toMatchObject({ address: CLIENT, passesOn: false })
      }
      expect(seen.headers.map(([name]) => name.toLowerCase())).toContain('x-forwarded-for')
    })

    test('a handle has a certificate, too', async () => {
      const handle = 'alice.pds.example.com'
      const rejectUnauthorized = name === 'caddy'
      const servername = { ...where(handle), rejectUnauthorized }
      const path = '/.well-known/atproto-did'
      expect((await ask(path, { ...servername, headers: { host: handle } })).status).toBe(200)
      expect(seen.headers).toContainEqual([expect.stringMatching(/host/i), handle])
    })

    test('HTTP/2 in front', async () => {
      const client = http2.connect(`https://127.0.0.1:${proxy.port}`, {
        ...{ ca: proxy.ca, servername: NAME, localAddress: CLIENT },
      })
      const bodies = Array.from({ length: 20 }, (_, i) => randomBytes(1_000 + i))
      const hashes = await Promise.all(
        bodies.map(async (body) => {
          const stream = client.request({
            ...{ ':method': 'POST', ':authority': NAME, ':path': '/xrpc/test.upload' },
          })
          stream.end(body)
          return String(Buffer.concat(await stream.toArray()))
        }),
      )
      client.close()
      expect(hashes).toEqual(bodies.map(sha256))
    })

    test('uploads and downloads pass byte for byte', async () => {
      const body = randomBytes(20 * MB)
      const uploaded = await ask('/xrpc/test.upload', { body })
      expect(String(uploaded.body)).toBe(sha256(body))
      const downloaded = await ask('/xrpc/test.download')
      expect(sha256(downloaded.body)).toBe(sha256(Buffer.alloc(20 * MB, 7)))
    })

    test.each([`/xrpc/test.upload`, '/oauth/par'])('Expect: 100-continue at %s', async (path) => {
      const request = https.request({
        ...{ ...where(), path, method: 'POST' },
        headers: { host: NAME, expect: '100-continue', 'content-length': 5 },
      })
      request.flushHeaders()
      await once(request, 'continue')
      request.end('hello')
      const [response] = (await once(request, 'response')) as [IncomingMessage]
      const body = Buffer.concat(await response.toArray()).toString()
      expect(response.statusCode).toBe(200)
      expect(body).toBe(path === '/oauth/par' ? 'ok' : sha256(Buffer.from('hello')))
    })

    test('a WebSocket carries messages, and no cookie', async () => {
      const socket = new WebSocket(`wss://127.0.0.1:${proxy.port}/xrpc/test.subscribe`, {
        ...{ ...where(), agent: undefined, headers: { host: NAME } },
      } as never)
      const upgraded = once(socket, 'upgrade')
      await once(socket, 'open')
      const [response] = (await upgraded) as [IncomingMessage]
      expect(response.headers).not.toHaveProperty('set-cookie')
      const ended = once(socket, 'close')
      const messages = on(socket, 'message', { close: ['close'] })
      const sent = randomBytes(10)
      socket.send(sent)
      for (const wanted of [sent, MESSAGE]) {
        const { value } = await messages.next()
        expect(value && sha256(value[0])).toBe(sha256(wanted))
      }
      socket.close()
      await ended
    })

    test('no POST meets a connection that the gateway is closing', async () => {
      // Caddy keeps idle connections for 2 minutes, nginx for 1.
      expect(CLIENT_IDLE).toBeGreaterThan(2 * 60_000)
      const post = async () => (await ask('/xrpc/test.upload', { body: 'x' })).status
      const statuses: number[] = []
      const lanes = Array.from({ length: 8 }, async (_, lane) => {
        statuses.push(await post())
        await new Promise((resolve) => setTimeout(resolve, NODES_IDLE - 16 + 4 * lane))
        statuses.push(await post())
      })
      await Promise.all(lanes)
      expect(statuses).toEqual(Array(16).fill(200))
    })
  })
}
