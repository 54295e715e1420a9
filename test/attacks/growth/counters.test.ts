import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { measure } from '../../../database/bounded_table.ts'
import { closeDatabase, type Db, openDatabase } from '../../../database/database.ts'
import { hashSecret } from '../../../database/hash.ts'
import { NARROW_COUNTERS, WIDE_COUNTERS } from '../../../database/limits/bounds.ts'
import { type Counter, sweepCounters, takePoints } from '../../../database/limits/counter.ts'
import { limitsSchema } from '../../../database/limits/schema.ts'

describe('34. counters', () => {
  let db: Db
  const maxima = [NARROW_COUNTERS, WIDE_COUNTERS].map((bounded) => ({ bounded, ...bounded }))
  beforeEach(() => {
    db = openDatabase(':memory:', limitsSchema)
    for (const { bounded } of maxima) bounded.maxBytes = 13_000
  })
  afterEach(() => {
    for (const { bounded, maxBytes } of maxima) bounded.maxBytes = maxBytes
    closeDatabase(db)
  })

  const guess = (who: string) => ({ key: `guess\n${who}`, points: 10, seconds: 600 })
  /** How many of `tries` pass. */
  const passes = (counter: Counter, tries = 20) =>
    Array.from({ length: tries }, () => takePoints(db, [counter])).filter((one) => one.isAllowed)
      .length

  test('the smallest make room, a guesser stays counted', () => {
    expect(passes(guess('guesser'))).toBe(10)
    for (let i = 0; i < 250; i++) takePoints(db, [guess(`${i}`)])
    expect(measure(db, NARROW_COUNTERS).bytes).toBeLessThanOrEqual(13_000)
    expect(measure(db, NARROW_COUNTERS).rows).toBeGreaterThan(50)
    expect(passes(guess('guesser'))).toBe(0)
    expect(passes(guess('somebody else'))).toBeGreaterThan(5)
  })

  test('one that is pushed out does not begin anew', () => {
    expect(passes(guess('victim'), 4)).toBe(4)
    // Each of them counts more than the victim's.
    for (let i = 0; i < 200; i++) passes(guess(`${i}`), 5)
    const keys = db.prepare('SELECT key FROM counter').pluck().all() as Buffer[]
    expect(keys.some((key) => key.equals(hashSecret(guess('victim').key)))).toBe(false)
    expect(passes(guess('victim'))).toBeLessThanOrEqual(6)
  })

  test('nor does one for everybody', () => {
    const everybody = { key: 'everybody\n', points: 5_000, seconds: 600 }
    expect(passes(everybody, 30)).toBe(30)
    const flood = (i: number) => ({ key: `flood\n${i}`, points: 5_000, seconds: 600 })
    for (let i = 0; i < 300; i++) passes(flood(i), 31)
    const [quota] = takePoints(db, [everybody]).quotas
    expect(quota?.remaining).toBeLessThanOrEqual(5_000 - 31)
  })

  test('what is pushed out counts for its own limit, until its window ends', () => {
    for (let i = 0; i < 500; i++) passes(guess(`${i}`), 3)
    expect(passes({ key: 'other\nvictim', points: 10, seconds: 600 })).toBe(10)
    expect(passes(guess('somebody else'))).toBeLessThan(10)
    sweepCounters(db, Date.now() + 601_000)
    expect(passes(guess('one of afterwards'))).toBe(10)
  })

  test('a flood pushes out no counter of guesses', () => {
    expect(passes(guess('victim'), 4)).toBe(4)
    const flood = (i: number) => ({ key: `flood\n${i}`, points: 1_000, seconds: 600 })
    for (let i = 0; i < 300; i++) passes(flood(i), 6)
    expect(measure(db, WIDE_COUNTERS).bytes).toBeLessThanOrEqual(13_000)
    expect(measure(db, NARROW_COUNTERS).rows).toBe(1)
    expect(passes(guess('somebody else'))).toBe(10)
    expect(passes(guess('victim'))).toBe(6)
  })
})
