import { afterAll, beforeAll, beforeEach, expect, test, vi } from 'vitest'
import { type AppInProcess, startApp } from '../../lab/world/app.ts'
import * as scrypt from '../../passwords/scrypt.ts'

const real = await vi.hoisted(() =>
  vi.importActual<typeof import('../../passwords/scrypt.ts')>('../../passwords/scrypt.ts'),
)
vi.mock('../../passwords/scrypt.ts', () => ({
  ...real,
  verifyPassword: vi.fn(real.verifyPassword),
  hashAppPassword: vi.fn(real.hashAppPassword),
}))

let app: AppInProcess
const dids: Record<string, string> = {}
beforeAll(async () => {
  app = await startApp({ env: { ENTRYWAY_RATE_LIMITS: 'off' } })
  for (const name of ['active', 'deactivated', 'takendown']) {
    const names = { handle: `${name}.test`, email: `${name}@mail.internal` }
    dids[name] = await app.addAccount({ ...names, password: 'a good password' })
  }
  const { deactivated = '', takendown = '' } = dids
  await app.actors
    .account(deactivated)
    .deactivate({ deleteAfter: null, deleteCredentials: false }, null)
  await app.actors.account(takendown).takeDown('x')
})
afterAll(() => app?.close())
beforeEach(() => {
  vi.mocked(scrypt.verifyPassword).mockClear()
  vi.mocked(scrypt.hashAppPassword).mockClear()
})

test.each([
  'active.test',
  'deactivated.test',
  'takendown.test',
  'nobody.test',
  'nobody@mail.internal',
])('a wrong password takes the same work, and is answered alike, for %s', async (identifier) => {
  for (const allowTakendown of [false, true]) {
    const answer = await app.ask({
      method: 'POST',
      target: '/xrpc/com.atproto.server.createSession',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ identifier, password: 'a wrong one', allowTakendown }),
    })
    if (!('status' in answer)) throw new Error('Not answered')
    expect([answer.status, JSON.parse(String(Buffer.from(answer.body ?? [])))]).toEqual([
      401,
      { error: 'AuthenticationRequired', message: 'Invalid identifier or password' },
    ])
  }
  expect(scrypt.verifyPassword).toHaveBeenCalledTimes(2)
  expect(scrypt.hashAppPassword).toHaveBeenCalledTimes(2)
})
