import { randomUUID } from 'node:crypto'
import { EndIsAwayError } from '../../../base/files/move.ts'
import { CALL, MEMBERSHIP, MEMBERSHIP_MISSES } from '../../../base/lifetimes.ts'
import type { Log } from '../../../base/watching/log.ts'
import { every } from '../../../base/work/every.ts'

/** A runner of this process at an engine. */
export type Membership = {
  /** Until the engine knows it. */
  registered: Promise<void>
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
  const registered = Promise.withResolvers<void>()
  let hasEnded = false
  let isKnown = false
  let misses = 0
  let key = ''
  const begin = () => {
    isKnown = false
    misses = 0
    key = randomUUID()
    start(key)
  }
  begin()
  const look = async () => {
    const keys = await runnerKeys(endpoint)
    // It may leave the engine while this is asked.
    if (hasEnded) return
    if (keys.includes(key)) {
      registered.resolve()
      isKnown = true
      misses = 0
    } else if (++misses >= MEMBERSHIP_MISSES) {
      const how = isKnown ? 'any more; it registers anew' : 'yet; it registers once more'
      log.error(`the engine does not know this runner ${how}`)
      begin()
    }
  }
  const stop = every(MEMBERSHIP, 'asking the engine whether it knows this runner', look, log)
  return {
    registered: registered.promise,
    end: () => {
      hasEnded = true
      stop()
    },
  }
}

/** The keys of the runners that are registered. @throws {EndIsAwayError} when the engine does not say */
export async function runnerKeys(endpoint: string): Promise<string[]> {
  return askForRunners(endpoint).catch((cause) => {
    throw new EndIsAwayError(`The engine at ${new URL(endpoint).host} does not answer`, { cause })
  })
}

async function askForRunners(endpoint: string): Promise<string[]> {
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
