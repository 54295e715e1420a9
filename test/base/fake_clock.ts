import { afterEach, beforeEach, vi } from 'vitest'
import { resumeClock } from '../../base/time/settled_clock.ts'

/** Each test of a file begins at `start`, in a process that has just begun. */
export function fakeClock(start: number) {
  let passed = 0
  beforeEach(() => {
    vi.useFakeTimers({ now: start, toFake: ['Date'] })
    passed = 0
    vi.spyOn(performance, 'now').mockImplementation(() => passed)
    resumeClock(0)
  })
  afterEach(() => {
    vi.useRealTimers()
    vi.restoreAllMocks()
  })
  return {
    /** Time passes, of which the clock tells, too. */
    pass(ms: number): void {
      passed += ms
      vi.setSystemTime(Date.now() + ms)
    },
    /** Somebody sets the clock; no time passes. */
    set(at: number): void {
      vi.setSystemTime(at)
    },
  }
}
