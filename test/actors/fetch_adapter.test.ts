import type { RequestListener } from 'node:http'
import { Readable } from 'node:stream'
import { text } from 'node:stream/consumers'
import { pipeline } from 'node:stream/promises'
import { expect, test, vi } from 'vitest'
import { fetchAdapter, UnfinishedResponseError } from '../../http/fetch_adapter.ts'
import { HttpRequest, type HttpResponse } from '../../http/message.ts'

type Change = { method?: string; headers?: [string, string][]; body?: string }

function ask(listener: RequestListener, { method = 'GET', headers = [], body }: Change = {}) {
  return fetchAdapter(listener)(
    new HttpRequest({
      method,
      url: new URL('https://entryway.test/some/path?with=query'),
      headers: new Map(headers),
      body: body === undefined ? null : Buffer.from(body),
      peer: { address: '203.0.113.7', port: 4711, viaProxy: false },
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
    res.end('nobody reads this')
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

test('a listener that throws is an error', async () => {
  const thrown = ask(() => {
    throw new Error('No')
  })
  await expect(thrown).rejects.toThrow('No')
})
