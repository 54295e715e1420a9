import { expect, test } from 'vitest'
import type { CounterOwner } from '../../actors/auth/owners.ts'
import { createCounters } from '../../actors/auth/shared_counters.ts'
import { assertInTime, workFor } from '../../base/time/in_time.ts'
import { MOST_LINES } from '../../base/watching/event_log.ts'
import type { Counter } from '../../database/limits/counter.ts'
import { keptLog } from '../watching/logged.ts'

const counter: Counter = { key: 'password, one account\nalice.test', points: 10, seconds: 300 }
const gone = { until: Number.NEGATIVE_INFINITY }

/** An owner of counters, which is asked as an actor is: not for a client that has gone. */
function owner(isAway = false) {
  const returned: Counter[] = []
  const returnPoints = async (counters: Counter[]) => {
    assertInTime()
    if (isAway) throw new Error('away')
    returned.push(...counters)
  }
  return { returned, owner: { returnPoints } as unknown as CounterOwner }
}

test('a point is given back also where the client has gone meanwhile', async () => {
  const { log, text } = keptLog()
  const { returned, owner: here } = owner()
  await workFor(gone, () => createCounters(() => here, log).giveBack([counter]))
  expect(returned).toEqual([counter])
  expect(text()).toBe('')
})

test('while it cannot be given back the log has a few lines of it', async () => {
  const { log, lines } = keptLog()
  const { owner: away } = owner(true)
  const counters = createCounters(() => away, log)
  for (let i = 0; i < MOST_LINES.ofOne + 5; i++) await counters.giveBack([counter])
  expect(lines()).toHaveLength(MOST_LINES.ofOne)
})
