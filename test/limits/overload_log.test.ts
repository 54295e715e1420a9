import { pino } from 'pino'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import type { Log } from '../../base/log.ts'
import { type AppInProcess, startApp } from '../../lab/world/app.ts'
import { WAITING } from '../../passwords/scrypt_threads.ts'
import { LOOKUPS } from '../../sagas/foreign_lookups.ts'
import { ask, askPage } from '../subjects/ask.ts'

let world: AppInProcess
const lines: { level: number; msg: string }[] = []
const bounds = { waiting: { ...WAITING }, lookups: { ...LOOKUPS } }
const person = { handle: 'kim.test', email: 'kim@mail.internal', password: 'secret of kim' }

beforeAll(async () => {
  const write = (line: string) => lines.push(JSON.parse(line))
  world = await startApp({ log: pino({ base: undefined, level: 'info' }, { write }) as Log })
  await world.addAccount(person)
  Object.assign(LOOKUPS, { running: 0, waiting: 0 })
  WAITING.ofThread = 0
})
afterAll(async () => {
  Object.assign(LOOKUPS, bounds.lookups)
  Object.assign(WAITING, bounds.waiting)
  await world?.close()
})
beforeEach(() => {
  lines.length = 0
})

const { handle, password } = person
const requests: Record<string, () => Promise<{ status: number }>> = {
  'a sign-in on the page': () =>
    askPage(world, 'sign-in', { locale: 'en', username: handle, password, remember: false }),
  'a look-up of a client': () =>
    ask(world, {
      method: 'POST',
      target: '/oauth/token',
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      body: 'client_id=https://app.example.com/client.json&grant_type=refresh_token&refresh_token=x',
    }),
}

test.each(Object.entries(requests))(
  '%s: an overload is one line of the log',
  async (_, request) => {
    expect((await request()).status).toBe(503)
    expect(lines).toHaveLength(1)
  },
)
