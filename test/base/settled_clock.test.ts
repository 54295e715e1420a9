import { expect, test } from 'vitest'
import { CLOCK_JUMP, CLOCK_SETTLED, DAY, HOUR } from '../../base/lifetimes.ts'
import { resumeClock, settled } from '../../base/settled_clock.ts'
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
