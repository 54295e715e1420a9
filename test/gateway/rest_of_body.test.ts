import type { IncomingMessage } from 'node:http'
import { Readable } from 'node:stream'
import { expect, test, vi } from 'vitest'
import { takeRest } from '../../gateway/connections/rest_of_body.ts'

const PIECE = Buffer.alloc(64 * 1024 * 1024)

test('of a request that is answered no more is taken than a bound says', async () => {
  const destroy = vi.fn()
  const incoming = Object.assign(new Readable({ read: () => {} }), {
    complete: false,
    socket: { destroy },
  })
  const done = vi.fn()
  takeRest(incoming as unknown as IncomingMessage, done)
  for (let i = 0; i < 4; i++) incoming.push(PIECE)
  await expect.poll(() => incoming.readableLength).toBe(0)
  expect(destroy).not.toHaveBeenCalled()
  incoming.push('x')
  await expect.poll(() => destroy.mock.calls).toHaveLength(1)
  expect(done).not.toHaveBeenCalled()
  incoming.push(null)
  await expect.poll(() => done.mock.calls).toHaveLength(1)
})
