import { pino } from 'pino'
import { expect, test } from 'vitest'
import { every } from '../../base/every.ts'

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

test('rounds do not overlap, and none begins after the end', async () => {
  const { log } = listening()
  const going = [Promise.withResolvers<void>(), Promise.withResolvers<void>()]
  let rounds = 0
  const end = every(0, 'the work', () => going[rounds++]?.promise, log)
  await new Promise((resolve) => setTimeout(resolve, 20))
  expect(rounds).toBe(1)
  going[0]?.resolve()
  await expect.poll(() => rounds).toBe(2)
  end()
  going[1]?.resolve()
  await new Promise((resolve) => setTimeout(resolve, 20))
  expect(rounds).toBe(2)
})
