import { afterAll, beforeAll } from 'vitest'
import { startBrowser, type TestBrowser } from '../../lab/world/browser/browser.ts'
import { sharedAuthority } from './authority.ts'

export type SharedBrowser = Omit<TestBrowser, 'close'>

let running: TestBrowser | undefined

/**
 * The one Chromium for all suites of a process, which ends with it. It trusts the shared authority. The
 * profiles that a suite opens end with the suite.
 *
 * @returns what is filled in before the suite's own hooks run
 */
export function sharedBrowser(): SharedBrowser {
  const shared = {} as SharedBrowser
  beforeAll(async () => {
    if (!running?.browser.isConnected()) {
      running = await startBrowser(await sharedAuthority())
      // On the way out the browser is killed and its folders are removed; a signal alone leaves both.
      process.once('SIGTERM', () => process.exit())
    }
    Object.assign(shared, { ...running, close: undefined })
  })
  afterAll(async () => {
    await Promise.all(shared.browser?.contexts().map((context) => context.close()) ?? [])
  })
  return shared
}
