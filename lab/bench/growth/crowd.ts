import { readdirSync } from 'node:fs'
import { memoryOf } from '../figures/process_figures.ts'
import { refreshRound } from '../seeded/refresh_round.ts'
import type { Seeded } from '../seeded/seeded.ts'

/** A minute in which as many accounts ask as are answered, each once. */
export type Crowd = {
  asked: number
  errors: number
  /** Milliseconds. */
  p50: number
  p99: number
  /** The most while they asked: MiB, and open files. */
  memory: number
  files: number
}

const MINUTE = 60_000
const IN_FLIGHT = 256
const LOOK = 200

/** @param indices of accounts, in the order in which they ask; more than can be answered in the time */
export async function measureCrowd(
  { vestibule, client, tokens }: Seeded,
  indices: readonly number[],
): Promise<Crowd> {
  const pid = vestibule.pid as number
  const most = { memory: 0, files: 0 }
  const look = setInterval(() => {
    most.memory = Math.max(most.memory, memoryOf(pid))
    most.files = Math.max(most.files, readdirSync(`/proc/${pid}/fd`).length)
  }, LOOK)
  const presented = indices.map((i) => tokens[i] as string)
  const until = performance.now() + MINUTE
  try {
    const { durations, errors, p50, p99 } = await refreshRound(client, presented, IN_FLIGHT, until)
    return { asked: durations.length + errors, errors, p50, p99, ...most }
  } finally {
    clearInterval(look)
    for (const [at, i] of indices.entries()) tokens[i] = presented[at] as string
  }
}
