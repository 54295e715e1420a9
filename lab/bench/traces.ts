import { fileURLToPath } from 'node:url'
import { startCollector } from '../world/servers/collector.ts'
import { startPlc } from '../world/servers/plc.ts'
import { startTogether } from '../world/together.ts'
import { cpuOf, machine } from './figures/process_figures.ts'
import { table } from './figures/rows.ts'
import { median } from './figures/statistics.ts'
import { refreshRound } from './seeded/refresh_round.ts'
import { type Seeded, startSeeded } from './seeded/seeded.ts'

/**
 * What traces cost: the CPU that a refresh takes in a program that has no tracing at all, in one that has it
 * without the setting, and in one that sends its traces. They take turns, round by round.
 */
const ROUNDS = 15
const WARM_UP = 4
const ACCOUNTS = 400
/** Times that each account is refreshed in a round: over fewer, garbage collection decides the figure. */
const TIMES = 4
const IN_FLIGHT = 4

type Way = 'cut out' | 'off' | 'on'
const WAYS: Way[] = ['cut out', 'off', 'on']

const world = await startTogether('The programs', async (keep) => {
  const plc = keep(await startPlc())
  const collector = keep(await startCollector())
  const without = fileURLToPath(new URL('./servers/without_tracing.ts', import.meta.url))
  const start = async (how: Parameters<typeof startSeeded>[3]) => {
    return keep(await startSeeded(plc.url, ACCOUNTS, IN_FLIGHT, how))
  }
  return {
    'cut out': await start({ preloads: [without] }),
    off: await start({}),
    on: await start({ env: { ...collector.env, OTEL_BSP_SCHEDULE_DELAY: undefined } }),
  }
})
/** CPU of a refresh, ms, round by round. */
const measured: Record<Way, number>[] = []
try {
  for (let round = 1; round <= WARM_UP + ROUNDS; round++) {
    const spent = { 'cut out': 0, off: 0, on: 0 }
    // Each is the first as often as the last.
    const turn = WAYS.map((_, i) => WAYS[(i + round) % WAYS.length] as Way)
    for (const way of turn) spent[way] = await cpuOfRefresh(world[way])
    if (round > WARM_UP) measured.push(spent)
    console.error(`round ${round} of ${WARM_UP + ROUNDS}`)
  }
} finally {
  await world.close()
}

async function cpuOfRefresh({ vestibule, client, tokens }: Seeded): Promise<number> {
  const pid = vestibule.pid as number
  const before = cpuOf(pid)
  for (let time = 0; time < TIMES; time++) {
    const { errors } = await refreshRound(client, tokens, IN_FLIGHT)
    if (errors > 0) throw new Error(`${errors} refreshes failed`)
  }
  return (cpuOf(pid) - before) / (tokens.length * TIMES)
}

const ratios = (way: Way) => measured.map((round) => round[way] / round['cut out'])
const row = (way: Way) => {
  const all = ratios(way)
  const [middle, least, most] = [median(all), Math.min(...all), Math.max(...all)]
  return [
    way,
    median(measured.map((round) => round[way])).toFixed(3),
    `${middle.toFixed(3)}× (${least.toFixed(2)}–${most.toFixed(2)})`,
  ]
}
console.log(`${machine()}; ${ROUNDS} rounds of ${ACCOUNTS * TIMES} refreshes, ${IN_FLIGHT} in flight

${table(['traces', 'ms of CPU a refresh', 'to cut out'], WAYS.map(row))}`)
