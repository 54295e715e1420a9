import { setTimeout } from 'node:timers/promises'
import { vi } from 'vitest'

/** By which the clock of caches is ahead, ms. */
let ahead = 0

/**
 * Sets the clocks forward: that of dates, which has to be a fake one, and that of caches.
 *
 * @param ms milliseconds
 */
export async function later(ms: number): Promise<void> {
  if (!vi.isMockFunction(performance.now)) {
    const now = performance.now.bind(performance)
    vi.spyOn(performance, 'now').mockImplementation(() => now() + ahead)
  }
  ahead += ms
  vi.setSystemTime(Date.now() + ms)
  // The cache reads its clock anew when a timer of 1 ms has fired that runs since it was last asked.
  await setTimeout(2)
}
