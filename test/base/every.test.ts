import { pino } from 'pino'
import { expect, test } from 'vitest'
import { FaultLog } from '../../base/watching/fault_log.ts'
import { endRepeatedWork, every } from '../../base/work/every.ts'

/** A log, and the messages of its lines. */
function listening() {
  const lines: { level: number; msg: string }[] = []
  return { log: pino({}, { write: (line) => lines.push(JSON.parse(line)) }), lines }
}

test('work that fails is done again, and is logged when it begins to fail and when it succeeds', async () => {
  const { log, lines } = listening()
  let rounds = 0
  const end = every(
    1,
    'the work',
    async () => {
      rounds++
      if (rounds > 1 && rounds < 5) throw new Error('The disk is full')
    },
    log,
  )
  await expect.poll(() => rounds).toBeGreaterThan(8)
  end()
  expect(lines.map(({ msg }) => msg)).toEqual([
    'the work failed; it is tried again from time to time',
    'the work succeeds again',
  ])
})

test('work that throws at once is caught, too', async () => {
  const { log, lines } = listening()
  let rounds = 0
  const end = every(
    1,
    'the work',
    () => {
      rounds++
      throw new Error('No')
    },
    log,
  )
  await expect.poll(() => rounds).toBeGreaterThan(2)
  end()
  expect(lines).toHaveLength(1)
})

test('what is listened to begins a round at once, or one more after that which is under way', async () => {
  const { log } = listening()
  const going = [Promise.withResolvers<void>(), Promise.withResolvers<void>()]
  const listeners = new Set<() => void>()
  const call = () => {
    for (const tell of listeners) tell()
  }
  let rounds = 0
  const work = () => going[rounds++]?.promise
  const end = every(3_600_000, 'the work', work, log, (listener) => {
    listeners.add(listener)
    return () => listeners.delete(listener)
  })
  call()
  call()
  expect(rounds).toBe(1)
  going[0]?.resolve()
  await expect.poll(() => rounds).toBe(2)
  going[1]?.resolve()
  await new Promise((resolve) => setTimeout(resolve, 20))
  expect(rounds).toBe(2)
  call()
  expect(rounds).toBe(3)
  end()
  expect(listeners.size).toBe(0)
})

test('rounds do not overlap, none begins after the end, and the last is not said to fail', async () => {
  const { log, lines } = listening()
  const going = [Promise.withResolvers<void>(), Promise.withResolvers<void>()]
  let rounds = 0
  const end = every(0, 'the work', () => going[rounds++]?.promise, log)
  await new Promise((resolve) => setTimeout(resolve, 20))
  expect(rounds).toBe(1)
  going[0]?.resolve()
  await expect.poll(() => rounds).toBe(2)
  end()
  going[1]?.reject(new Error('The database connection is not open'))
  await new Promise((resolve) => setTimeout(resolve, 20))
  expect({ rounds, lines }).toEqual({ rounds: 2, lines: [] })
})

test('once all is ended nothing is done again, and what was under way is not said to fail', async () => {
  const { log, lines } = listening()
  const going = Promise.withResolvers<void>()
  const rounds = { one: 0, other: 0 }
  every(1, 'the work', () => ++rounds.one === 1 || going.promise, log)
  const call = Promise.withResolvers<() => void>()
  every(
    3_600_000,
    'other work',
    () => void rounds.other++,
    log,
    (listener) => {
      call.resolve(listener)
      return () => {}
    },
  )
  await expect.poll(() => rounds).toEqual({ one: 2, other: 1 })
  endRepeatedWork()
  going.reject(new Error('The database connection is not open'))
  const tell = await call.promise
  tell()
  await expect(going.promise).rejects.toThrow()
  await new Promise(setImmediate)
  new FaultLog(log, 'a part of the work').failed(new Error('fetch failed'))
  expect({ rounds, lines }).toEqual({ rounds: { one: 2, other: 1 }, lines: [] })
})
