import { setTimeout as wait } from 'node:timers/promises'
import { startPlc } from '../../world/servers/plc.ts'
import { makeTemporaryFolder } from '../../world/temporary_folder.ts'
import { pdsInside } from '../../world/vestibule/pds_inside.ts'
import { startVestibule } from '../../world/vestibule/vestibule.ts'
import { memoryOf } from '../figures/process_figures.ts'
import { table } from '../figures/rows.ts'
import { median } from '../figures/statistics.ts'
import { STOCK, startStock } from '../servers/servers.ts'

/** Milliseconds without requests before the memory is read. */
const IDLE = 10_000

/** One run: milliseconds until ready, MiB of each process when idle. */
export type Starts = {
  /** With an empty data folder, and nothing compiled. */
  first: number
  again: number
  memory: { program: number; inside: number }
  stock: { first: number; memory: number }
}

/** Starts Vestibule with a PDS inside, and a stock PDS alone, as an operator does. */
export async function measureStarts(runs: number): Promise<Starts[]> {
  const plc = await startPlc()
  const starts: Starts[] = []
  try {
    for (let run = 0; run < runs; run++) {
      starts.push({ ...(await startVestibuleTwice(plc.url)), stock: await startStockOnce(plc.url) })
      console.error(`start, run ${run + 1}`)
    }
  } finally {
    await plc.close()
  }
  return starts
}

async function startVestibuleTwice(plcUrl: string): Promise<Omit<Starts, 'stock'>> {
  // The first start of an installation finds no compiled code, and keeps it for the next one.
  const compiled = await makeTemporaryFolder('compiled')
  const env = { NODE_COMPILE_CACHE: compiled.path }
  const timed = async <T>(work: () => Promise<T>) => {
    const begun = performance.now()
    const value = await work()
    return { value, ms: performance.now() - begun }
  }
  const { value: vestibule, ms: first } = await timed(() =>
    startVestibule({ plcUrl, embeddedPds: true, env }),
  )
  try {
    await vestibule.stop()
    const { ms: again } = await timed(vestibule.start)
    await wait(IDLE)
    const memory = {
      program: memoryOf(vestibule.pid as number),
      inside: memoryOf(pdsInside(vestibule).pid),
    }
    return { first, again, memory }
  } finally {
    await vestibule.close()
    await compiled.remove()
  }
}

async function startStockOnce(plcUrl: string): Promise<Starts['stock']> {
  const begun = performance.now()
  const stock = await startStock(STOCK, plcUrl)
  try {
    const first = performance.now() - begun
    await wait(IDLE)
    return { first, memory: memoryOf(stock.pid) }
  } finally {
    await stock.close()
  }
}

/** @returns a Markdown section */
export function renderStarts(starts: Starts[]): string {
  const of = (read: (run: Starts) => number) => median(starts.map(read))
  const seconds = (read: (run: Starts) => number) => (of(read) / 1000).toFixed(1)
  const mib = (read: (run: Starts) => number) => of(read).toFixed(0)
  return `## Start, and idle memory

Seconds from the command until \`/_health\` says that all is there, the PDS inside included (wanted: 5); and
MiB of each process ${IDLE / 1000} s later, without a request. The stock PDS alone beside it.

${table(
  ['', 'first start, s', 'start again, s', 'program, MiB', 'PDS inside, MiB'],
  [
    [
      'Vestibule with a PDS inside',
      seconds(({ first }) => first),
      seconds(({ again }) => again),
      mib(({ memory }) => memory.program),
      mib(({ memory }) => memory.inside),
    ],
    [
      'stock PDS alone',
      seconds(({ stock }) => stock.first),
      '',
      mib(({ stock }) => stock.memory),
      '',
    ],
  ],
)}
`
}
