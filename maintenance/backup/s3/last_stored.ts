import { readFileSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'

/** When the last good backup of a place was begun, ms since the epoch, or since when there is none. */
export type Last = { at: number; isThere: boolean }

/** In a data folder; a name with a dot is in nobody's way there. */
const FILE = '.last-in-store'

const shape = z.object({ place: z.string(), at: z.number(), isThere: z.boolean() })

/**
 * What was known of a store when the program ended: else a store that is silent would have a young backup after each
 * start.
 *
 * @param place of the store, by its address
 * @returns null where nothing is known of this one
 */
export function readStored(dataDir: string, place: string): Last | null {
  try {
    const kept = shape.parse(JSON.parse(readFileSync(join(dataDir, FILE), 'utf8')))
    // One of a time to come was noted while the clock was ahead.
    return kept.place === place && kept.at <= Date.now() ? kept : null
  } catch {
    return null
  }
}

/** Keeps it. Where that cannot be, as on a full disk, the next start has less to go by. */
export async function keepStored(dataDir: string, place: string, last: Last): Promise<void> {
  const { at, isThere } = last
  const content = JSON.stringify({ place, at, isThere })
  await writeFile(join(dataDir, FILE), content, { mode: 0o600 }).catch(() => {})
}
