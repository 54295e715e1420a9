import type { IncomingMessage, ServerResponse } from 'node:http'
import { Socket } from 'node:net'
import { Readable } from 'node:stream'
import { text } from 'node:stream/consumers'
import { pipeline } from 'node:stream/promises'
import { oauthMiddleware } from '@atproto/oauth-provider/middleware'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { CAPACITY } from '../../gateway/capacity.ts'
import { forward } from '../../gateway/forward.ts'
import { RefreshTokensInVain } from '../../gateway/requests/asked_in_vain.ts'
import { TIMEOUTS } from '../../gateway/timeouts.ts'
import { UnfinishedResponseError } from '../../http/adapter/exchange.ts'
import { fetchAdapter, type Listener } from '../../http/adapter/fetch_adapter.ts'
import type { AuthActor } from '../../http/envelope.ts'
import { HttpRequest, type HttpResponse } from '../../http/message.ts'
import { providerInProcess } from '../attacks/provider_in_process.ts'

type Change = { method?: string; path?: string; headers?: [string, string][]; body?: string }

/** What was logged, by every exchange of a test. */
const logged = vi.fn()
afterEach(() => logged.mockReset())

function ask(
  listener: Listener,
  { method = 'GET', path = '/some/path?with=query', headers = [], body }: Change = {},
) {
  return fetchAdapter(listener, { error: logged } as never)(
    new HttpRequest({
      method,
      url: new URL(`https://entryway.test${path}`),
      headers: new Map(headers),
      body: body === undefined ? null : Buffer.from(body),
      peer: { address: '203.0.113.7', port: 4711, viaProxy: false, mayBeProxy: false },
    }),
  )
}

const textOf = ({ body }: HttpResponse) => (body === null ? null : Buffer.from(body).toString())

test('a listener sees the request as Node would show it', async () => {
  const seen = vi.fn()
  await ask(
    async (req, res) => {
      seen({
        method: req.method,
        url: req.url,
        host: req.headers.host,
        length: req.headers['content-length'],
        cookie: req.headers.cookie,
        agent: req.headers['user-agent'],
        address: req.socket.remoteAddress,
        port: req.socket.remotePort,
        body: await text(req),
        complete: req.complete,
      })
      res.end()
    },
    { method: 'POST', headers: [['cookie', 'a=b']], body: 'grüezi' },
  )
  expect(seen).toHaveBeenCalledWith({
    method: 'POST',
    url: '/some/path?with=query',
    host: 'entryway.test',
    length: '7',
    cookie: 'a=b',
    agent: undefined,
    address: '203.0.113.7',
    port: 4711,
    body: 'grüezi',
    complete: true,
  })
})

test('what no header may contain does not make a fault of an answer', async () => {
  const answer = await ask((_, res) => {
    res.setHeader(
      'www-authenticate',
      'DPoP error_description="alg \u0000 is not supported\r\nx: y"',
    )
    res.writeHead(401).end()
  })
  expect(answer).toMatchObject({ status: 401 })
  expect(answer.headers).toContainEqual([
    'www-authenticate',
    'DPoP error_description="alg ? is not supported??x: y"',
  ])
})

test('a response has what was set, appended and written, however that was done', async () => {
  const finished = vi.fn()
  const called = vi.fn()
  const response = await ask((_req, res) => {
    res.once('finish', finished)
    res.setHeader('X-Set', 'one')
    res.appendHeader('Set-Cookie', 'a=1')
    res.appendHeader('Set-Cookie', 'b=2')
    expect(res.headersSent).toBe(false)
    res.writeHead(201, 'Created', { 'Content-Type': 'text/plain', Connection: 'close' })
    expect(res.headersSent).toBe(true)
    expect(() => res.setHeader('late', 'x')).toThrow()
    res.write('zw', called)
    res.write('f6', 'hex')
    res.write(Buffer.from('lf'))
    res.end('!', 'utf8', called)
    expect(res.writableEnded).toBe(true)
    res.write('more')
    res.end('more')
    res.destroy()
  })
  expect(response).toMatchObject({
    status: 201,
    headers: [
      ['x-set', 'one'],
      ['set-cookie', 'a=1'],
      ['set-cookie', 'b=2'],
      ['content-type', 'text/plain'],
    ],
  })
  expect(response.body).toEqual(
    Buffer.concat([Buffer.from('zw'), Buffer.from([0xf6]), Buffer.from('lf!')]),
  )
  expect(finished).toHaveBeenCalledOnce()
  await vi.waitFor(() => expect(called).toHaveBeenCalledTimes(2), { timeout: 60_000 })
})

test('HEAD is GET without the body', async () => {
  const response = await ask((req, res) => res.end(req.method), { method: 'HEAD' })
  expect(response).toMatchObject({ status: 200, body: null })
})

test.each([204, 205, 304])('%d has no body', async (status) => {
  const response = await ask((_req, res) => {
    res.statusCode = status
    res.end('is not sent')
  })
  expect(response).toEqual({ status, headers: [], body: null })
})

test('a stream can be piped into the response', async () => {
  const closed = vi.fn()
  const response = await ask((_req, res) => {
    res.once('close', closed)
    void pipeline(Readable.from(['some ', 'text']), res)
  })
  expect(textOf(response)).toBe('some text')
  await vi.waitFor(() => expect(closed).toHaveBeenCalledOnce(), { timeout: 60_000 })
})

test('a response that is given up is an error, with its cause', async () => {
  const cause = new Error('The stream broke')
  const broken = ask((_req, res) => {
    res.write('some ')
    res.destroy(cause)
  })
  await expect(broken).rejects.toThrow(UnfinishedResponseError)
  await expect(broken).rejects.toMatchObject({ cause })
})

/** What each listener does to an exchange that it has begun, and the error that comes of it. */
const boom = new Error('boom')
const destroying: [string, (req: IncomingMessage, res: ServerResponse) => unknown][] = [
  ['destroys the request', (req) => req.destroy(boom)],
  ['destroys the request later', (req) => setImmediate(() => req.destroy(boom))],
  ['destroys the response', (_, res) => res.destroy(boom)],
  ["destroys the request's socket", (req) => req.socket.destroy(boom)],
  ["destroys the response's socket", (_, res) => res.socket?.destroy(boom)],
  [
    'destroys the socket after the headers',
    (req, res) => {
      res.flushHeaders()
      req.socket.destroy(boom)
    },
  ],
  [
    'destroys all of it, one after the other',
    (req, res) => {
      req.destroy(boom)
      res.destroy()
      req.socket.destroy()
      res.end('too late')
    },
  ],
]
const failing: [string, Listener][] = [
  [
    'throws',
    () => {
      throw boom
    },
  ],
  ['rejects', async () => Promise.reject(boom)],
  [
    'throws, having set a time to destroy the response',
    (_, res) => {
      setImmediate(() => res.destroy())
      throw boom
    },
  ],
  [
    'throws, having set a time to end the response',
    (_, res) => {
      setImmediate(() => res.end('too late'))
      throw boom
    },
  ],
  [
    'rejects after it has destroyed the socket',
    async (req) => {
      req.socket.destroy(boom)
      await new Promise((resolve) => setImmediate(resolve))
      throw new Error('and then this')
    },
  ],
]

describe('an exchange always ends, also where a listener', () => {
  test.each(destroying)('%s: an error, with its cause', async (_, destroy) => {
    const closed = vi.fn()
    const broken = ask((req, res) => {
      res.once('close', closed)
      destroy(req, res)
    })
    await expect(broken).rejects.toThrow(UnfinishedResponseError)
    await expect(broken).rejects.toMatchObject({ cause: boom })
    await expect.poll(() => closed.mock.calls.length).toBe(1)
    expect(logged).not.toHaveBeenCalled()
  })

  test.each(failing)('%s: an error', async (_, listener) => {
    const broken = ask(listener)
    await expect(broken).rejects.toSatisfy((err: Error) => err === boom || err.cause === boom)
    // What comes later finds the exchange at its end.
    await new Promise((resolve) => setImmediate(() => setImmediate(resolve)))
    expect(logged).not.toHaveBeenCalled()
  })

  test('destroys the request while it is read: the reader comes to an end', async () => {
    const seen = vi.fn()
    const broken = ask(
      async (req) => {
        req.socket.destroy()
        await text(req).then(seen, seen)
      },
      { method: 'POST', body: 'never read' },
    )
    await expect(broken).rejects.toThrow(UnfinishedResponseError)
    await expect.poll(() => seen.mock.calls.length).toBe(1)
  })
})

test.each([...destroying, ...failing])(
  'the gateway answers 503 and logs one line where a listener %s',
  async (_, listener) => {
    const auth = { answer: () => ask(listener) } as unknown as AuthActor
    const log = { error: logged } as never
    const gateway = { auth, log, timeouts: TIMEOUTS, inVain: new RefreshTokensInVain(CAPACITY) }
    const answered = await forward(gateway, { method: 'GET' } as never, { destroyed: false })
    expect(answered).toMatchObject({ status: 503 })
    await new Promise((resolve) => setImmediate(() => setImmediate(resolve)))
    expect(logged).toHaveBeenCalledOnce()
  },
)

describe('what goes wrong after the answer is logged once, and the answer stands', () => {
  const late: [string, Listener][] = [
    [
      'the listener throws',
      (_, res) => {
        res.end('done')
        throw boom
      },
    ],
    [
      'the listener rejects',
      async (_, res) => {
        res.end('done')
        throw boom
      },
    ],
    [
      'it throws on finish',
      (_, res) => {
        res.once('finish', () => {
          throw boom
        })
        res.end('done')
      },
    ],
    [
      'it throws on close',
      (_, res) => {
        res.once('close', () => {
          throw boom
        })
        res.end('done')
      },
    ],
  ]
  test.each(late)('%s', async (_, listener) => {
    expect(textOf(await ask(listener))).toBe('done')
    await expect.poll(() => logged.mock.calls.length).toBe(1)
    expect(logged).toHaveBeenCalledWith({ err: boom }, expect.any(String))
  })

  test('destroying what is done changes nothing', async () => {
    const response = await ask((req, res) => {
      res.end('done')
      req.destroy(boom)
      res.destroy(boom)
      req.socket.destroy(boom)
    })
    expect(textOf(response)).toBe('done')
    expect(logged).not.toHaveBeenCalled()
  })
})

describe('the socket is whole', () => {
  test('it is one of Node, open, and has an address', async () => {
    const seen = vi.fn()
    await ask((req, res) => {
      const { socket } = req
      seen(socket instanceof Socket, socket === res.socket, socket.destroyed, socket.readyState)
      seen(socket.remoteAddress, socket.remotePort, socket.remoteFamily)
      socket.setNoDelay().setKeepAlive().ref().unref().setTimeout(0)
      res.writeContinue()
      res.end()
    })
    expect(seen).toHaveBeenNthCalledWith(1, true, true, false, 'open')
    expect(seen).toHaveBeenNthCalledWith(2, '203.0.113.7', 4711, 'IPv4')
  })

  test('a timeout is told, and ends an exchange that does not listen to it', async () => {
    const heard = await ask((req, res) => req.setTimeout(5, () => res.end('took too long')))
    expect(textOf(heard)).toBe('took too long')
    const unheard = ask((_, res) => res.setTimeout(5))
    await expect(unheard).rejects.toThrow(UnfinishedResponseError)
  })

  test("the provider's last error handler, which destroys it, ends the exchange", async () => {
    const { provider } = await providerInProcess()
    const listener = oauthMiddleware(provider, {
      onError: (_req, res) => {
        res.flushHeaders()
        throw boom
      },
    })
    const headers: [string, string][] = [['content-type', 'application/json']]
    const broken = ask(listener, { method: 'POST', path: '/oauth/par', headers, body: '{}' })
    await expect(broken).rejects.toThrow(UnfinishedResponseError)
  })
})
