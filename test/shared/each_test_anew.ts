import { afterEach, beforeEach, vi } from 'vitest'
import type { AppInProcess } from '../../lab/world/app/app.ts'

/** Before each test of a file its application has counted nothing towards a limit, and after each the clock is the real one. */
export function eachTestAnew(app: () => AppInProcess): void {
  beforeEach(() => {
    app().counters.exec('DELETE FROM counter')
  })
  afterEach(() => {
    vi.useRealTimers()
  })
}
