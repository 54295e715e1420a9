/**
 * Loaded with `--import` into the program, and only in a soak: says, when asked, what the process
 * uses.
 */
import { readdirSync, readlinkSync } from 'node:fs'
import { monitorEventLoopDelay } from 'node:perf_hooks'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'

/** What one process uses at a moment; sizes in MiB, times in ms. */
export type Sample = {
  rss: number
  /** What is alive on the heap after a collection. */
  heap: number
  external: number
  /** Open file descriptors. */
  descriptors: number
  /** Open databases of accounts. */
  databases: number
  timers: number
  /** Other handles and requests that keep the event loop busy. */
  handles: number
  /** The event loop's lag since the last sample, 99th percentile. */
  lag: number
}

const MIB = 1024 * 1024
const NS_PER_MS = 1e6
const delay = monitorEventLoopDelay({ resolution: 10 })
delay.enable()
setFlagsFromString('--expose-gc')
const collect = runInNewContext('gc') as () => void

process.on('message', () => {
  const lag = delay.percentile(99) / NS_PER_MS
  collect()
  // What the first frees outside of the heap is counted off at the second.
  collect()
  const memory = process.memoryUsage()
  const open = readdirSync('/proc/self/fd').map(linkOf)
  const resources = process.getActiveResourcesInfo()
  const timers = resources.filter((name) => name === 'Timeout' || name === 'Immediate')
  const sample: Sample = {
    rss: memory.rss / MIB,
    heap: memory.heapUsed / MIB,
    external: memory.external / MIB,
    descriptors: open.length,
    databases: open.filter((path) => /\/accounts\/.*\.sqlite$/.test(path)).length,
    timers: timers.length,
    handles: resources.length - timers.length,
    lag,
  }
  delay.reset()
  process.send?.(sample)
})
process.channel?.unref()

function linkOf(descriptor: string): string {
  try {
    return readlinkSync(`/proc/self/fd/${descriptor}`)
  } catch {
    return ''
  }
}
