import { beforeEach, expect, test } from 'vitest'
import { CLOCK_JUMP, CLOCK_SETTLED, DAY, HOUR } from '../../base/lifetimes.ts'
import { type ClockDoubt, resumeClock, settled } from '../../base/time/settled_clock.ts'
import { fakeClock } from './fake_clock.ts'

const YEAR = 365 * DAY
const NOW = Date.UTC(2026, 10, 27)

const { pass, set } = fakeClock(NOW)

test('a clock that goes is believed', () => {
  expect(settled(Date.now())).toBe(NOW)
  pass(2 * CLOCK_JUMP)
  expect(settled(Date.now())).toBe(NOW + 2 * CLOCK_JUMP)
  set(Date.now() + DAY)
  expect(settled(Date.now())).toBe(Date.now())
})

test('one that is ahead for a while is not, and is as before when it is right again', () => {
  expect(settled(Date.now())).toBe(NOW)
  set(NOW + YEAR)
  expect(settled(Date.now())).toBe(NOW)
  pass(HOUR / 2)
  expect(settled(Date.now())).toBe(NOW + HOUR / 2)
  set(NOW + HOUR / 2)
  expect(settled(Date.now())).toBe(NOW + HOUR / 2)
})

test('one that stays ahead is believed', () => {
  settled(Date.now())
  set(NOW + YEAR)
  settled(Date.now())
  pass(CLOCK_SETTLED)
  expect(settled(Date.now())).toBe(NOW + YEAR + CLOCK_SETTLED)
})

test('one that was behind is believed', () => {
  settled(Date.now())
  set(NOW - YEAR)
  expect(settled(Date.now())).toBe(NOW - YEAR)
})

test('a start after a long while is told from one after a short one', () => {
  expect(resumeClock(NOW - CLOCK_JUMP)).toBe(0)
  expect(settled(Date.now())).toBe(NOW)
  expect(resumeClock(NOW - YEAR)).toBe(YEAR)
  expect(settled(Date.now())).toBe(NOW - YEAR)
  pass(CLOCK_SETTLED)
  expect(settled(Date.now())).toBe(NOW + CLOCK_SETTLED)
  expect(resumeClock(NOW + YEAR)).toBe(NOW + CLOCK_SETTLED - (NOW + YEAR))
  expect(settled(Date.now())).toBe(Date.now())
})

/** What a process leaves to the next one. */
let left: ClockDoubt | null
beforeEach(() => {
  left = null
})
const keep = (doubt: ClockDoubt | null) => {
  left = doubt
}
const start = (last: number) => resumeClock(last, left, keep)

test('one that is wrong is believed by no start within the hour', () => {
  start(NOW)
  settled(Date.now())
  set(NOW + YEAR)
  for (let starts = 0; starts < 5; starts++) {
    expect(settled(Date.now())).toBeLessThan(NOW + HOUR)
    pass(HOUR / 6)
    settled(Date.now())
    // Its data were written to by then.
    expect(start(Date.now())).toBeGreaterThan(CLOCK_JUMP)
  }
  set(NOW + HOUR)
  start(NOW + YEAR)
  expect(settled(Date.now())).toBe(NOW + HOUR)
  expect(left).toBeNull()
})

test('starts that are short and far apart have it settled all the same', () => {
  start(NOW)
  let starts = 1
  for (; starts < 10; starts++) {
    const last = Date.now()
    set(last + 2 * CLOCK_JUMP)
    start(last)
    settled(Date.now())
    pass(HOUR / 4)
    if (settled(Date.now()) === Date.now()) break
  }
  expect(starts).toBe(4)
  expect(left).toBeNull()
})
