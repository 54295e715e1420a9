import { REPLICATION_SLOW } from '../../base/lifetimes.ts'
import type { Check } from './check.ts'

/** How long the oldest commit of the runner that answers has waited to be kept by the engine, ms. */
export type Replication = { oldestWait: number }

/** How old the oldest commit is that is not kept yet. */
export const ageOfOldest = ({ oldestWait }: Replication): string =>
  oldestWait === 0 ? 'none' : `${(oldestWait / 1_000).toFixed(1)} seconds old`

const MEND = 'see that the engine runs and is not short of CPU (docs/scale.md)'

/** What keeps answers waiting, one sentence each. */
export function missingOfReplication(replication: Replication | null): string[] {
  return replication && replication.oldestWait > REPLICATION_SLOW
    ? [`Answers wait for the engine: ${MEND}.`]
    : []
}

/** Whether the engine keeps what is committed: every answer waits for that. */
export function checkReplication(replication: Replication | null): Check[] {
  if (replication === null) return []
  const found = `oldest commit that the engine has not kept yet: ${ageOfOldest(replication)}`
  const isSlow = replication.oldestWait > REPLICATION_SLOW
  return [
    { name: 'Replication', found, ...(isSlow ? { state: 'failed', mend: MEND } : { state: 'ok' }) },
  ]
}
