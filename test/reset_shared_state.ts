import { afterAll, vi } from 'vitest'
import { backupStanding } from '../maintenance/backup/standing.ts'

// Many suites share a process: none hands a clock, an environment, a stub or how its backups went on to the
// next, also where it fails.
afterAll(() => {
  Object.assign(backupStanding, { store: null, failure: null })
  vi.useRealTimers()
  vi.unstubAllEnvs()
  vi.unstubAllGlobals()
  vi.restoreAllMocks()
})
