import { afterAll, afterEach, beforeAll, beforeEach, expect, test, vi } from 'vitest'
import { HOUR, SAGA_ABANDONED } from '../../base/lifetimes.ts'
import { startRecovery } from '../../sagas/recovery.ts'
import { startWorld, type World } from '../attacks/endings/world.ts'
import { servicesOf } from '../shared/services.ts'

const lifetimes = await vi.hoisted(() => vi.importActual<object>('../../base/lifetimes.ts'))
vi.mock('../../base/lifetimes.ts', () => ({
  ...lifetimes,
  RECOVERY_INTERVAL: 20 as never,
}))

let world: World
beforeAll(async () => {
  world = await startWorld()
})
afterAll(() => world?.close())

let passed = 0
let stop = () => {}
beforeEach(() => {
  const now = performance.now.bind(performance)
  vi.useFakeTimers({ toFake: ['Date'] })
  vi.spyOn(performance, 'now').mockImplementation(() => now() + passed)
})
afterEach(() => {
  stop()
  vi.restoreAllMocks()
  vi.useRealTimers()
})

/** Somebody sets the clock; no time passes. */
const setBy = (ms: number) => vi.setSystemTime(Date.now() + ms)
const pass = (ms: number) => {
  passed += ms
  setBy(ms)
}

const start = () => {
  stop = startRecovery(servicesOf(world.app), true)
}
const underWay = async () =>
  (await world.app.actors.directory.listUnderWay()).signUps.map(({ handle }) => handle)

/** The names of a sign-up are held, and nothing has been asked of others yet. */
function reserve(name: string) {
  const names = { handle: `${name}.test`, email: `${name}@mail.internal` }
  const signUp = { ...names, passwordScrypt: 'none', passkey: null, inviteCode: null }
  return world.app.actors.directory.reserveSignUp(signUp)
}

/** Waits until it was looked once more, from beginning to end. */
async function looked(): Promise<void> {
  const looks = vi.spyOn(world.app.actors.directory, 'listPdses').mockClear()
  await expect.poll(() => looks.mock.calls.length).toBeGreaterThan(2)
}

test('what was interrupted while the clock was ahead is settled at the next start', async () => {
  setBy(12 * HOUR)
  await reserve('ahead')
  setBy(-12 * HOUR)
  start()
  await expect.poll(underWay).toEqual([])
})

test.each([
  ['back', -12 * HOUR],
  ['ahead', 12 * HOUR],
  ['ahead by less than is noticed', SAGA_ABANDONED / 3],
])('what is under way as the clock is set %s goes on', async (_, ms) => {
  start()
  await looked()
  await reserve('before')
  setBy(ms)
  await looked()
  expect(await underWay()).toEqual(['before.test'])
  pass(SAGA_ABANDONED)
  await reserve('after')
  await expect.poll(underWay).toEqual(['after.test'])
  await looked()
  expect(await underWay()).toEqual(['after.test'])
  pass(SAGA_ABANDONED)
  await expect.poll(underWay).toEqual([])
})
