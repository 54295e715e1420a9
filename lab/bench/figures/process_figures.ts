import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { availableParallelism, cpus, totalmem } from 'node:os'

const TICKS_PER_SECOND = Number(execFileSync('getconf', ['CLK_TCK'], { encoding: 'utf8' }))

/** CPU time that a process has used so far, in ms. */
export function cpuOf(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? []
  return ((Number(fields[11]) + Number(fields[12])) * 1000) / TICKS_PER_SECOND
}

/** The most memory that a process has held, in MiB. */
export function peakMemoryOf(pid: number): number {
  return statusOf(pid, 'VmHWM')
}

/** The memory that a process holds now, in MiB. */
export function memoryOf(pid: number): number {
  return statusOf(pid, 'VmRSS')
}

function statusOf(pid: number, field: string): number {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8')
  return Number(status.match(new RegExp(`${field}:\\s+(\\d+)`))?.[1]) / 1024
}

/** What was measured, and on what. */
export function machine(): string {
  const memory = Math.round(totalmem() / 2 ** 30)
  const commit = execFileSync('git', ['describe', '--always', '--dirty', '--exclude=*'], {
    cwd: import.meta.dirname,
    encoding: 'utf8',
  }).trim()
  const [cpu] = cpus()
  return `${availableParallelism()} × ${cpu?.model}, ${memory} GiB, Node ${process.version}, commit ${commit}`
}
