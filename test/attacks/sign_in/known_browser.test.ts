import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { insertDevice, linkAccount } from '../../../database/flow/device.ts'
import { takePoints } from '../../../database/limits/counter.ts'
import { type AppInProcess, startApp } from '../../../lab/world/app/app.ts'
import { signInNow } from '../../shared/account_state.ts'
import { limit } from '../../shared/limit.ts'

let app: AppInProcess
beforeAll(async () => {
  app = await startApp()
})
afterAll(() => app?.close())

const DEVICE = `dev-${'1'.repeat(32)}`
const SESSION = `ses-${'2'.repeat(32)}`
const HANDLE = 'kim.test'

let clients = 0
/** A guess from an address that nobody used. @returns the status */
async function guess(cookie?: string): Promise<number | undefined> {
  const answer = await app.ask({
    method: 'POST',
    target: '/xrpc/com.atproto.server.createSession',
    headers: { 'content-type': 'application/json', ...(cookie && { cookie }) },
    body: JSON.stringify({ identifier: HANDLE, password: 'a guess' }),
    address: `198.51.100.${++clients}`,
  })
  return 'status' in answer ? answer.status : undefined
}

describe('20. guessing passwords', () => {
  test('a browser that was signed out is not known to the account any more', async () => {
    const email = 'kim@mail.internal'
    const did = await app.addAccount({ handle: HANDLE, email, password: 'correct horse' })
    const account = app.actors.account(did)
    insertDevice(app.flow, DEVICE, {
      sessionId: SESSION,
      userAgent: null,
      ipAddress: '192.0.2.1',
      lastSeenAt: Date.now(),
    })
    linkAccount(app.flow, DEVICE, did)
    const basis = await signInNow(account)
    await account.rememberDevice(DEVICE, basis)
    const cookie = `dev-id=${DEVICE}; ses-id=${SESSION}`

    const { name, points, seconds } = limit('password, one account')
    const counter = { key: `${name}\n${HANDLE}`, points, seconds }
    for (let i = 0; i < points; i++) takePoints(app.counters, [counter])
    expect(await guess()).toBe(429)
    expect(await guess(cookie)).toBe(401)

    await account.changePassword('another horse', 'ended')
    expect(await guess(cookie)).toBe(429)
  })
})
