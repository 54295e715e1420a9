import { afterAll, vi } from 'vitest'

// Many suites share a process: none hands a clock, an environment or a stub on to the next, also where it fails.
afterAll(() => {
  vi.useRealTimers()
  vi.unstubAllEnvs()
  vi.unstubAllGlobals()
  vi.restoreAllMocks()
})
