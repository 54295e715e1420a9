import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'
import type { ClockDoubt } from '../../base/time/settled_clock.ts'

/** In a data folder; a name with a dot is in nobody's way there. */
const DOUBT = '.clock'

const shape = z.object({ expected: z.number(), lasted: z.number().nonnegative() })

/** As it was kept in a data folder; null where there is none, or none that can be read. */
export function readClockDoubt(dataDir: string): ClockDoubt | null {
  try {
    return shape.parse(JSON.parse(readFileSync(join(dataDir, DOUBT), 'utf8')))
  } catch {
    return null
  }
}

/** Keeps it, or forgets it. Where that cannot be, as on a full disk, the next start has less to go by. */
export function keepClockDoubt(dataDir: string, doubt: ClockDoubt | null): void {
  const path = join(dataDir, DOUBT)
  try {
    if (doubt === null) rmSync(path, { force: true })
    else writeFileSync(path, JSON.stringify(doubt), { mode: 0o600 })
  } catch {
    // It decides nothing by itself.
  }
}
