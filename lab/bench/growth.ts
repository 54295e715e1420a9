import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { openAsItIs } from '../../database/check/database.ts'
import { listPages, type Pages } from '../../database/check/pages.ts'
import { listDatabases } from '../../maintenance/data_folder.ts'
import { startPlc } from '../world/plc.ts'
import { type Grown, IDLE, ROUNDS, renderGrowth, STARTS } from './growth_report.ts'
import { searchTimes } from './operator_search.ts'
import { memoryOf, peakMemoryOf } from './process_figures.ts'
import { refreshRound } from './refresh_round.ts'
import { type Seeded, startSeeded } from './seeded.ts'

const { values } = parseArgs({
  options: {
    accounts: { type: 'string', default: '1000,10000' },
    write: { type: 'boolean', default: false },
  },
})
const IN_FLIGHT = 16
/** Accounts that are refreshed until the program is warm, and then measured awake. */
const AWAKE = 200
const WARM_UP = 5
/** Accounts that are refreshed for the first time since the start, in as many rounds. */
const ASLEEP = 800

const wanted = values.accounts.split(',').map(Number)
if (!wanted.every((accounts) => accounts >= AWAKE + ASLEEP)) {
  throw new Error(`--accounts: at least ${AWAKE + ASLEEP} each`)
}

const plc = await startPlc()
const sizes: { seeded: Seeded; grown: Grown }[] = []
let pages: Pages | undefined
try {
  for (const accounts of wanted) {
    const seeded = await startSeeded(plc.url, accounts, IN_FLIGHT)
    const disk = seeded.disk / accounts
    pages ??= pagesOfAnAccount(seeded.vestibule.dataDir)
    const figures = {
      ready: [seeded.ready],
      idle: 0,
      peak: 0,
      awake: [],
      asleep: [],
      errors: 0,
      search: [],
    }
    sizes.push({ seeded, grown: { accounts, disk, ...figures } })
    console.error(`${accounts} accounts, ready after ${seeded.ready.toFixed(0)} ms`)
  }
  for (let start = 1; start <= STARTS; start++) {
    if (start > 1) await startAgain()
    if (start === STARTS) await measureIdle()
    await load()
    console.error(`start ${start} of ${STARTS}`)
  }
  for (const { seeded, grown } of sizes) grown.search = await searchTimes(seeded.vestibule)
  for (const { seeded, grown } of sizes) grown.peak = peakMemoryOf(seeded.vestibule.pid as number)
} finally {
  for (const { seeded } of sizes) await seeded.close()
  await plc.close()
}

const report = renderGrowth(
  sizes.map(({ grown }) => grown),
  {
    command: `pnpm bench:growth --accounts ${values.accounts} --write`,
    inFlight: IN_FLIGHT,
    awake: AWAKE,
    asleep: ASLEEP,
  },
  pages as Pages,
)
console.log(report)
if (values.write) {
  const folder = new URL('../../docs/bench/', import.meta.url)
  mkdirSync(folder, { recursive: true })
  writeFileSync(new URL('growth.md', folder), report)
}

/** All of them are alike. */
function pagesOfAnAccount(dataDir: string): Pages {
  const [path = ''] = listDatabases(dataDir, 'account')
  const db = openAsItIs(join(dataDir, path))
  try {
    return listPages(db)
  } finally {
    db.close()
  }
}

async function startAgain(): Promise<void> {
  for (const { seeded, grown } of sizes) {
    await seeded.vestibule.stop()
    const begun = performance.now()
    await seeded.vestibule.start()
    grown.ready.push(performance.now() - begun)
  }
}

async function measureIdle(): Promise<void> {
  await wait(IDLE)
  for (const { seeded, grown } of sizes) grown.idle = memoryOf(seeded.vestibule.pid as number)
}

/** Each round in turn, A B C A B C, so that a machine that drifts drifts for all. */
async function load(): Promise<void> {
  const loaded = sizes.map(({ seeded: { client, tokens }, grown }) => {
    // Of all accounts, so that the more there are, the more seldom one is asked for twice.
    const order = [...tokens.keys()].toSorted(() => Math.random() - 0.5)
    const round = async (indices: number[]) => {
      const presented = indices.map((i) => tokens[i] as string)
      const measured = await refreshRound(client, presented, IN_FLIGHT)
      for (const [at, i] of indices.entries()) tokens[i] = presented[at] as string
      return measured
    }
    const count = async (into: number[], indices: number[]) => {
      const { perSecond, errors } = await round(indices)
      into.push(perSecond)
      grown.errors += errors
    }
    return {
      grown,
      round,
      count,
      warm: order.slice(0, AWAKE),
      cold: order.slice(AWAKE, AWAKE + ASLEEP),
    }
  })
  for (const { round, warm } of loaded) for (let i = 0; i < WARM_UP; i++) await round(warm)
  const each = Math.ceil(ASLEEP / ROUNDS)
  for (let i = 0; i < ROUNDS; i++) {
    for (const { grown, count, warm, cold } of loaded) {
      await count(grown.awake, warm)
      await count(grown.asleep, cold.slice(i * each, (i + 1) * each))
    }
  }
}
