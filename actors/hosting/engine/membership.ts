import { randomUUID } from 'node:crypto'
import { setTimeout as wait } from 'node:timers/promises'
import { every } from '../../../base/every.ts'
import { CALL, MEMBERSHIP, MEMBERSHIP_MISSES, POLL } from '../../../base/lifetimes.ts'
import type { Log } from '../../../base/log.ts'

/** A runner of this process at an engine. */
export type Membership = {
  /** Waits until the engine knows it. */
  registered(): Promise<void>
  /** It is not registered anew any more. */
  end(): void
}

/**
 * Starts a runner, and another one in its place when the engine does not know it any more. An engine
 * that stood still for `pegboard.runner_lost_threshold` lets runners go that are alive, and a rivetkit
 * runner that was let go neither says so nor comes back.
 *
 * @param endpoint `RIVET_ENDPOINT`
 * @param start is given the key by which the engine shall know the runner
 */
export function stayRegistered(
  endpoint: string,
  start: (runnerKey: string) => void,
  log: Log,
): Membership {
  let isRegistered = false
  let misses = 0
  let key = ''
  const begin = () => {
    misses = 0
    key = randomUUID()
    start(key)
  }
  begin()
  const look = async () => {
    if ((await runnerKeys(endpoint)).includes(key)) {
      isRegistered = true
      misses = 0
    } else if (++misses >= MEMBERSHIP_MISSES) {
      log.error('the engine does not know this runner any more; it registers anew')
      begin()
    }
  }
  return {
    registered: async () => {
      while (!isRegistered) await wait(POLL)
    },
    end: every(MEMBERSHIP, 'asking the engine whether it knows this runner', look, log),
  }
}

/** The keys of the runners that are registered. @throws {Error} when the engine does not say */
async function runnerKeys(endpoint: string): Promise<string[]> {
  const { username, password, origin, pathname } = new URL(endpoint)
  const url = new URL(`${origin}${pathname.replace(/\/$/, '')}/runners`)
  url.searchParams.set('namespace', decodeURIComponent(username) || 'default')
  url.searchParams.set('limit', '1000')
  const response = await fetch(url, {
    headers: password ? { authorization: `Bearer ${decodeURIComponent(password)}` } : {},
    signal: AbortSignal.timeout(CALL),
  })
  if (!response.ok) throw new Error(`The engine answers ${response.status}, and not who runs`)
  const { runners } = (await response.json()) as { runners: { key: string }[] }
  return runners.map(({ key }) => key)
}
