import { entryway } from './entryway.ts'
import { provider } from './provider.ts'
import type { Removal } from './removal.ts'

/** By the numbers of the attacks, then those of no attack. */
export const removals: readonly Removal[] = [...provider, ...entryway].sort(
  (a, b) => orderOf(a) - orderOf(b),
)

function orderOf({ attack }: Removal): number {
  return typeof attack === 'number' ? attack : 1_000
}
