import { replicationLag } from '../../base/watching/metrics.ts'

/** Replicas with a commit that waits to be kept, and since when (`performance.now()`). */
const waiting = new Map<object, number>()

/** How long the oldest commit of this process has waited to be kept by the engine, ms; 0 where none does. */
export function oldestWait(): number {
  return waiting.size === 0 ? 0 : performance.now() - Math.min(...waiting.values())
}

/** Waits for `kept` on behalf of a replica, which keeps one change at a time. */
export async function waitingFor(replica: object, kept: () => Promise<void>): Promise<void> {
  replicationLag.watch(oldestWait)
  waiting.set(replica, performance.now())
  try {
    await kept()
  } finally {
    waiting.delete(replica)
  }
}
