import { outlasting } from '../time/in_time.ts'
import { endFaultLogs, FaultLog } from '../watching/fault_log.ts'
import type { Log } from '../watching/log.ts'

/** What ends each that goes on. */
const ends = new Set<() => void>()

/** Ends all repeated work of this process, which is about to close what the work needs. */
export function endRepeatedWork(): void {
  endFaultLogs()
  for (const end of [...ends]) end()
}

/**
 * Does `work` now, and again each time `ms` after it has ended. Work that fails is done again the
 * next time, and a {@link FaultLog} says so. The process may end meanwhile.
 *
 * @param name of the work in the log
 * @param listen for what calls for the work at once, or once more where it is under way
 * @returns what ends it; work that is under way goes on, and is not said to fail: it is not tried again
 */
export function every(
  ms: number,
  name: string,
  work: () => unknown,
  log: Log,
  listen?: (listener: () => void) => () => void,
): () => void {
  const faults = new FaultLog(log, name)
  let timer: NodeJS.Timeout | undefined
  let hasEnded = false
  let isUnderWay = false
  let isCalledFor = false
  const round = async () => {
    isUnderWay = true
    isCalledFor = false
    try {
      await work()
      faults.succeeded()
    } catch (err) {
      if (!hasEnded) faults.failed(err)
    }
    isUnderWay = false
    if (!hasEnded) timer = setTimeout(round, isCalledFor ? 0 : ms).unref()
  }
  void outlasting(round)
  const stopListening = listen?.(() => {
    isCalledFor = true
    if (isUnderWay || hasEnded) return
    clearTimeout(timer)
    void outlasting(round)
  })
  const end = () => {
    hasEnded = true
    ends.delete(end)
    stopListening?.()
    clearTimeout(timer)
  }
  ends.add(end)
  return end
}
