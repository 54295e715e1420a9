import { entryway } from './entryway.ts'
import { provider } from './provider.ts'
import type { Removal } from './removal.ts'

export const removals: readonly Removal[] = [...provider, ...entryway].sort(
  (a, b) => a.attack - b.attack,
)
