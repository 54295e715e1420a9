import { PDS_LOOK, PDS_LOOK_DEADLINE, PDS_START } from '../base/lifetimes.ts'
import type { Log } from '../base/watching/log.ts'
import { every } from '../base/work/every.ts'

/**
 * How long the PDS may take to begin, then how often it is asked, how long it may take, and how many
 * failures in a row are too many.
 */
export type Looks = { start: number; pause: number; deadline: number; failures: number }

export const LOOKS: Looks = {
  start: PDS_START,
  pause: PDS_LOOK,
  deadline: PDS_LOOK_DEADLINE,
  failures: 3,
}

/**
 * Asks the PDS for a sign of life from time to time: any answer is one.
 *
 * @param onSilence is told when there were too many failures in a row
 * @returns what ends it
 */
export function watchForLife(
  address: string,
  { pause, deadline, failures }: Looks,
  log: Log,
  onSilence: () => void,
): () => void {
  let failed = 0
  const look = async () => {
    try {
      const signal = AbortSignal.timeout(deadline)
      await (await fetch(new URL('/xrpc/_health', address), { signal })).text()
      failed = 0
    } catch {
      if (++failed === failures) onSilence()
    }
  }
  return every(pause, 'looking whether the PDS answers', look, log)
}
