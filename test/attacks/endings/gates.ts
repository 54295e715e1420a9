import { AsyncLocalStorage } from 'node:async_hooks'
import type { ActorCall } from '../../../lab/world/app/watched_actors.ts'

/** Calls that wait in their middle, for a hash: an ending can come there, too. */
const WAITING: ReadonlySet<string> = new Set(['login', 'createAppPassword', 'mayDelete'])

/** Work whose calls to actors are counted, so that it can be stopped at one of them. */
type Run = {
  gate: number
  passed: number
  /** The calls made before the ending. */
  made: string[]
  reached: PromiseWithResolvers<void>
  opened: PromiseWithResolvers<void>
}

const runs = new AsyncLocalStorage<Run>()

/** Every call that was made in a run. */
export const called = new Set<string>()

/**
 * For `startApp`: stops a run at its gate. The calls of everybody else pass, and so do those for what
 * lies between two requests: an ending changes nothing there, so one that comes before such a call is
 * like one before the next call to an account.
 */
export function onCall({ actor, action }: ActorCall): Promise<void> | undefined {
  const run = runs.getStore()
  if (!run || actor === 'auth') return undefined
  called.add(`${actor}.${action}`)
  if (run.passed++ === run.gate) {
    run.reached.resolve()
    return run.opened.promise
  }
  // What comes before the gate is made, and so is a call that waits for its hash at the gate.
  if (run.passed <= run.gate) run.made.push(`${actor}.${action}`)
  if (WAITING.has(action) && run.passed++ === run.gate) run.reached.resolve()
  return undefined
}

export type Interleaved<T> = {
  /** Whether there was such a gate. */
  isReached: boolean
  made: string[]
  answer: T
}

/** For a hash: where a run stopped in the middle of the call that waits for it, it is not made before. */
export async function untilOpened(): Promise<void> {
  const run = runs.getStore()
  if (run && run.passed > run.gate) await run.opened.promise
}

/** Runs `work` up to a gate, then `ending` as a whole, then the rest of `work`. */
export async function interleave<T>(
  gate: number,
  work: () => Promise<T>,
  ending: () => Promise<void>,
): Promise<Interleaved<T>> {
  const [reached, opened] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()]
  const run: Run = { gate, passed: 0, made: [], reached, opened }
  const working = runs.run(run, work)
  await Promise.race([reached.promise, working.catch(() => {})])
  const isReached = run.passed > gate
  if (isReached) await ending()
  opened.resolve()
  return { isReached, made: run.made, answer: await working }
}
