import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { writeResponse } from '../../gateway/answers/write_response.ts'

const EVERY_BYTE = Uint8Array.from({ length: 256 }, (_, i) => i)

const bodies: Record<string, Uint8Array | null> = {
  'of every byte': EVERY_BYTE,
  'that is a part of a buffer': Uint8Array.from([...EVERY_BYTE, ...EVERY_BYTE]).subarray(100, 300),
  'that is long': new Uint8Array(100_000).fill(0xe9),
  'that is empty': new Uint8Array(),
  'that is not there': null,
}

const server = createServer((request, outgoing) => {
  const body = bodies[decodeURIComponent(request.url?.slice(1) ?? '')] ?? null
  const said: [string, string][] = [['X-Content-Type-Options', 'nosniff']]
  const headers: [string, string][] = [
    ['content-type', 'image/x-test'],
    ...(request.url === '/said' ? said : []),
  ]
  writeResponse(outgoing, { status: 200, headers, body })
})
beforeAll(() => once(server.listen(0, '127.0.0.1'), 'listening'))
afterAll(() => server.close())

test.each(Object.entries(bodies))('a body %s is sent as it is', async (name, body) => {
  const { port } = server.address() as AddressInfo
  const answer = await fetch(`http://127.0.0.1:${port}/${encodeURIComponent(name)}`)
  expect(answer.headers.get('content-length')).toBe(String(body?.byteLength ?? 0))
  expect(Buffer.from(await answer.arrayBuffer())).toEqual(Buffer.from(body ?? []))
})

test('no browser takes an answer for something else, and that is said once', async () => {
  const { port } = server.address() as AddressInfo
  for (const path of ['/none', '/said']) {
    for (const method of ['GET', 'HEAD']) {
      const { headers } = await fetch(`http://127.0.0.1:${port}${path}`, { method })
      expect(headers.get('x-content-type-options')).toBe('nosniff')
    }
  }
})
