import { expect, test } from 'vitest'
import type { CounterOwner } from '../../actors/auth/owners.ts'
import { createCounters } from '../../actors/auth/shared_counters.ts'
import { assertInTime, workFor } from '../../base/time/in_time.ts'
import { MOST_LINES } from '../../base/watching/event_log.ts'
import { closeDatabase, openDatabase } from '../../database/database.ts'
import {
  type Counter,
  returnPoints,
  type TakenPoint,
  takenPoints,
  takePoints,
} from '../../database/limits/counter.ts'
import { limitsSchema } from '../../database/limits/schema.ts'
import { keptLog } from '../shared/logged.ts'

const counter: Counter = { key: 'password, one account\nalice.test', points: 10, seconds: 300 }
const point: TakenPoint = {
  key: counter.key,
  points: counter.points,
  resetsAt: Date.now() + 300_000,
}
const gone = { until: Number.NEGATIVE_INFINITY }

/** An owner of counters, which is asked as an actor is: not for a client that has gone. */
function owner(isAway = false) {
  const returned: TakenPoint[] = []
  const take = async (taken: TakenPoint[]) => {
    assertInTime()
    if (isAway) throw new Error('away')
    returned.push(...taken)
  }
  return { returned, owner: { returnPoints: take } as unknown as CounterOwner }
}

test('a point is given back also where the client has gone meanwhile', async () => {
  const { log, text } = keptLog()
  const { returned, owner: here } = owner()
  await workFor(gone, () => createCounters(() => here, log).giveBack([point]))
  expect(returned).toEqual([point])
  expect(text()).toBe('')
})

test('while it cannot be given back the log has a few lines of it', async () => {
  const { log, lines } = keptLog()
  const { owner: away } = owner(true)
  const counters = createCounters(() => away, log)
  for (let i = 0; i < MOST_LINES.ofOne + 5; i++) await counters.giveBack([point])
  expect(lines()).toHaveLength(MOST_LINES.ofOne)
})

test('a point of a window that has ended is none of the next', () => {
  const db = openDatabase(':memory:', limitsSchema)
  const now = Date.now()
  const take = (at: number) => takePoints(db, [counter], at).quotas
  const before = takenPoints([counter], take(now))
  const next = now + counter.seconds * 1_000 + 1
  const after = takenPoints([counter], take(next))
  returnPoints(db, before)
  expect(take(next)).toMatchObject([{ remaining: counter.points - 2 }])
  returnPoints(db, after)
  expect(take(next)).toMatchObject([{ remaining: counter.points - 2 }])
  closeDatabase(db)
})
