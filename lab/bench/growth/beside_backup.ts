import { execFileSync } from 'node:child_process'
import { rmSync } from 'node:fs'
import { constants } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { isRunning } from '../../world/processes/is_running.ts'
import { startOutsider } from '../../world/processes/with_parent.ts'
import { peakMemoryOf } from '../figures/process_figures.ts'
import { quantile } from '../figures/statistics.ts'
import { refreshRound } from '../seeded/refresh_round.ts'
import type { Seeded } from '../seeded/seeded.ts'

/** A backup, as the program makes it each day, and refreshes of accounts that are awake before it and beside it. */
export type BackedUp = {
  /** Of the backup, verified. */
  seconds: number
  /** KiB, as `du` counts. */
  disk: number
  /** The most memory that it held, MiB. */
  memory: number
  alone: Refreshes
  beside: Refreshes
}

/** Milliseconds. */
type Refreshes = { p50: number; p99: number }

const COMMAND = fileURLToPath(new URL('../../../cli/main.ts', import.meta.url))
const IN_FLIGHT = 4
const ROUNDS_ALONE = 20

/** @param indices of the accounts that are refreshed */
export async function measureBackup(
  { vestibule, client, dataDir, tokens }: Seeded,
  indices: readonly number[],
): Promise<BackedUp> {
  const folder = join(dataDir, '..', 'backup')
  rmSync(folder, { recursive: true, force: true })
  const presented = indices.map((i) => tokens[i] as string)
  const rounds = async (goesOn: (round: number) => boolean): Promise<Refreshes> => {
    const times: number[] = []
    for (let round = 0; goesOn(round); round++) {
      const { durations } = await refreshRound(client, presented, IN_FLIGHT)
      times.push(...durations)
    }
    return { p50: quantile(times, 0.5), p99: quantile(times, 0.99) }
  }
  try {
    const alone = await rounds((round) => round < ROUNDS_ALONE)
    const begun = performance.now()
    const low = String(constants.priority.PRIORITY_LOW)
    const command = ['nice', '-n', low, process.execPath, COMMAND, 'backup', folder]
    const backup = startOutsider('SIGTERM', command, { env: vestibule.env })
    let seconds = 0
    const ended = backup.ended.then((exitCode) => {
      seconds = (performance.now() - begun) / 1_000
      if (exitCode !== 0) throw new Error(`The backup ended with ${exitCode}\n${backup.logs}`)
    })
    let memory = 0
    const beside = await rounds(() => {
      if (backup.pid !== undefined && isRunning(backup.pid)) memory = peakMemoryOf(backup.pid)
      return backup.exitCode === null
    })
    await ended
    const disk = Number(execFileSync('du', ['-sk', folder], { encoding: 'utf8' }).split('\t')[0])
    return { seconds, disk, memory, alone, beside }
  } finally {
    for (const [at, i] of indices.entries()) tokens[i] = presented[at] as string
    rmSync(folder, { recursive: true, force: true })
  }
}
