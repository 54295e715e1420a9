import { expect, test } from 'vitest'
import { openDatabase } from '../../database/database.ts'
import { WIDE } from '../../database/limits/bounds.ts'
import type { Counter } from '../../database/limits/counter.ts'
import { takePointsAnyway } from '../../database/limits/memory_fallback.ts'
import { limitsSchema } from '../../database/limits/schema.ts'

const counterOf = (who: string, points: number): Counter => ({
  key: `limit\n${who}`,
  points,
  seconds: 60,
})
const wide = counterOf('wide', WIDE)

test('while nothing can be written wide limits count in memory, and narrow ones let nobody try', () => {
  const db = openDatabase(':memory:', limitsSchema)
  db.pragma('query_only = ON')
  for (let left = WIDE; left > 0; left--) {
    const { isAllowed, quotas } = takePointsAnyway(db, [wide])
    expect([isAllowed, quotas[0]?.remaining]).toEqual([true, left - 1])
  }
  expect(takePointsAnyway(db, [wide]).isAllowed).toBe(false)
  const narrow = counterOf('narrow', 10)
  expect(() => takePointsAnyway(db, [narrow])).toThrow('attempt to write a readonly database')
  expect(() => takePointsAnyway(db, [wide, narrow])).toThrow('attempt to write a readonly database')

  db.pragma('query_only = OFF')
  expect(takePointsAnyway(db, [narrow]).quotas[0]?.remaining).toBe(9)
  expect(takePointsAnyway(db, [wide]).quotas[0]?.remaining).toBe(WIDE - 1)
  db.close()
})
