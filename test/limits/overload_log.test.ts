import { afterAll, beforeAll, beforeEach, expect, test, vi } from 'vitest'
import { OVERLOAD_LOG } from '../../base/lifetimes.ts'
import { type AppInProcess, startApp } from '../../lab/world/app/app.ts'
import { WAITING } from '../../passwords/scrypt_threads.ts'
import { LOOKUPS } from '../../sagas/services/foreign_lookups.ts'
import { ask, askPage } from '../shared/ask.ts'
import { keptLog } from '../shared/logged.ts'

let world: AppInProcess
const kept = keptLog()
/** What goes on beside it says things, too. */
const lines = () => kept.lines().filter((line) => 'requests' in line)
const bounds = { waiting: { ...WAITING }, lookups: { ...LOOKUPS } }
const person = { handle: 'kim.test', email: 'kim@mail.internal', password: 'secret of kim' }

beforeAll(async () => {
  const { now } = performance
  vi.spyOn(performance, 'now').mockImplementation(() => now.call(performance) + ahead)
  world = await startApp({ log: kept.log })
  await world.addAccount(person)
  Object.assign(LOOKUPS, { running: 0, waiting: 0 })
  WAITING.ofThread = 0
})
afterAll(async () => {
  vi.restoreAllMocks()
  Object.assign(LOOKUPS, bounds.lookups)
  Object.assign(WAITING, bounds.waiting)
  await world?.close()
})
/** Each test is two minutes after the one before. */
let ahead = 0
beforeEach(() => {
  ahead += 2 * OVERLOAD_LOG
  kept.clear()
})

const { handle, password } = person
const requests: Record<string, () => Promise<{ status: number }>> = {
  'a sign-in on the page': () =>
    askPage(world, 'sign-in', { locale: 'en', username: handle, password, remember: false }),
  createSession: () =>
    ask(world, {
      method: 'POST',
      target: '/xrpc/com.atproto.server.createSession',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ identifier: handle, password }),
    }),
  'a look-up of a client': () =>
    ask(world, {
      method: 'POST',
      target: '/oauth/token',
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      body: 'client_id=https://app.example.com/client.json&grant_type=refresh_token&refresh_token=x',
    }),
}

test.each(Object.entries(requests))(
  '%s: an overload is one line of the log a minute, however many ask',
  async (_, request) => {
    for (let i = 0; i < 3; i++) expect((await request()).status).toBe(503)
    expect(lines()).toHaveLength(1)
    ahead += OVERLOAD_LOG
    expect((await request()).status).toBe(503)
    expect(lines().slice(1)).toEqual([expect.objectContaining({ requests: 3 })])
  },
)
