import { FaultLog } from './fault_log.ts'
import type { Log } from './log.ts'

/**
 * Does `work` now, and again each time `ms` after it has ended. Work that fails is done again the
 * next time, and a {@link FaultLog} says so. The process may end meanwhile.
 *
 * @param name of the work in the log
 * @returns what ends it; work that is under way goes on
 */
export function every(ms: number, name: string, work: () => unknown, log: Log): () => void {
  const faults = new FaultLog(log, name)
  let timer: NodeJS.Timeout | undefined
  let hasEnded = false
  const round = async () => {
    try {
      await work()
      faults.succeeded()
    } catch (err) {
      faults.failed(err)
    }
    if (!hasEnded) timer = setTimeout(round, ms).unref()
  }
  void round()
  return () => {
    hasEnded = true
    clearTimeout(timer)
  }
}
