import { afterAll, beforeAll, beforeEach, expect, test, vi } from 'vitest'
import { type AppInProcess, startApp } from '../../lab/world/app/app.ts'
import * as scrypt from '../../passwords/scrypt.ts'
import { signInNow } from '../shared/account_state.ts'

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
let appPassword: string
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
  const account = app.actors.account(takendown)
  const basis = await signInNow(account)
  ;({ password: appPassword } = await account.createAppPassword('app', false, basis))
  await account.takeDown('x')
})
afterAll(() => app?.close())
beforeEach(() => {
  vi.mocked(scrypt.verifyPassword).mockClear()
  vi.mocked(scrypt.hashAppPassword).mockClear()
})

/** That a sign-in is refused, in the words of a wrong password. */
async function expectWrong(identifier: string, password: string): Promise<void> {
  for (const allowTakendown of [false, true]) {
    const answer = await app.ask({
      method: 'POST',
      target: '/xrpc/com.atproto.server.createSession',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ identifier, password, allowTakendown }),
    })
    if (!('status' in answer)) throw new Error('Not answered')
    expect([answer.status, JSON.parse(String(Buffer.from(answer.body ?? [])))]).toEqual([
      401,
      { error: 'AuthenticationRequired', message: 'Invalid identifier or password' },
    ])
  }
}

test.each([
  'active.test',
  'deactivated.test',
  'takendown.test',
  'nobody.test',
  'nobody@mail.internal',
])('a wrong password takes the same work, and is answered alike, for %s', async (identifier) => {
  await expectWrong(identifier, 'a wrong one')
  expect(scrypt.verifyPassword).toHaveBeenCalledTimes(2)
  expect(scrypt.hashAppPassword).toHaveBeenCalledTimes(2)
})

test('an app password of an account that was taken down is as good as a wrong one', async () => {
  await expectWrong('takendown.test', appPassword)
  await app.actors.account(dids.takendown ?? '').takeDown(null)
  await expect(expectWrong('takendown.test', appPassword)).rejects.toThrow()
})
