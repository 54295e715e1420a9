import { execFileSync } from 'node:child_process'
import { randomInt } from 'node:crypto'
import { mkdirSync, writeFileSync } from 'node:fs'
import { setTimeout as wait } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { openAsItIs } from '../../database/check/database.ts'
import { listPages, type Pages } from '../../database/check/pages.ts'
import { databasePath } from '../../database/paths.ts'
import { connect } from '../clients/lean_http.ts'
import { seededAccount } from '../world/app/seed_directory.ts'
import { startPlc } from '../world/servers/plc.ts'
import { memoryOf, peakMemoryOf } from './figures/process_figures.ts'
import { measureBackup } from './growth/beside_backup.ts'
import { measureCrowd } from './growth/crowd.ts'
import { type Grown, IDLE, ROUNDS, renderGrowth, STARTS } from './growth/growth_report.ts'
import { measureOperator } from './growth/operator_times.ts'
import { createSession } from './operations/session_client.ts'
import { seeded as keptSeed } from './seeded/kept_seed.ts'
import { refreshRound } from './seeded/refresh_round.ts'
import { SEEDED_PASSWORD } from './seeded/seed.ts'
import { type Seeded, startSeeded } from './seeded/seeded.ts'

const { values } = parseArgs({
  options: {
    accounts: { type: 'string', default: '1000,10000' },
    // A folder in which what was seeded stays, for the next time; without, all is seeded anew.
    seeds: { type: 'string' },
    // Nothing but that.
    'seed-only': { type: 'boolean', default: false },
    // A backup is made of each number of accounts up to this one.
    backup: { type: 'string', default: '0' },
    write: { type: 'boolean', default: false },
  },
})
const IN_FLIGHT = 16
/** Accounts that are refreshed until the program is warm, and then measured awake. */
const AWAKE = 200
const WARM_UP = 5
/** Accounts that are refreshed for the first time since the start, in as many rounds. */
const ASLEEP = 800
/** Accounts that sign in by handle, one after the other. */
const SIGN_INS = 40
/** More than are answered in the time that a crowd has. */
const CROWD = 200_000

const wanted = values.accounts.split(',').map(Number)
if (!wanted.every((accounts) => accounts >= AWAKE + ASLEEP)) {
  throw new Error(`--accounts: at least ${AWAKE + ASLEEP} each`)
}
if (values['seed-only']) {
  if (values.seeds === undefined) throw new Error('--seed-only: needs --seeds <folder>')
  for (const accounts of wanted) {
    await keptSeed(accounts, values.seeds)
    console.error(`${accounts} accounts are seeded`)
  }
  process.exit()
}

const plc = await startPlc()
const sizes: { seeded: Seeded; grown: Grown }[] = []
let pages: Pages | undefined
try {
  for (const accounts of wanted) {
    const seeded = await startSeeded(plc.url, accounts, IN_FLIGHT, { kept: values.seeds })
    const disk = diskOf(seeded.dataDir) / accounts
    pages ??= pagesOfAnAccount(seeded.dataDir)
    const figures = { ready: [seeded.ready], idle: 0, peak: 0, awake: [], asleep: [], errors: 0 }
    sizes.push({ seeded, grown: { accounts, disk, ...figures } })
    console.error(`${accounts} accounts, ready after ${seeded.ready.toFixed(0)} ms`)
  }
  for (let start = 1; start <= STARTS; start++) {
    if (start > 1) await startAgain()
    if (start === STARTS) await measureIdle()
    await load()
    console.error(`start ${start} of ${STARTS}`)
  }
  for (const { seeded, grown } of sizes) {
    grown.peak = peakMemoryOf(seeded.vestibule.pid as number)
    grown.signIn = await measureSignIns(seeded)
    grown.operator = await measureOperator(seeded.vestibule)
    grown.crowd = await measureCrowd(seeded, someOf(seeded.tokens.length, CROWD))
    console.error(`${grown.accounts} accounts, a crowd of ${grown.crowd.asked}`)
  }
  for (const { seeded, grown } of sizes) {
    if (grown.accounts > Number(values.backup)) continue
    grown.backup = await measureBackup(seeded, someOf(seeded.tokens.length, AWAKE))
    console.error(`${grown.accounts} accounts, a backup in ${grown.backup.seconds.toFixed(0)} s`)
  }
} finally {
  for (const { seeded } of sizes) await seeded.close()
  await plc.close()
}

const report = renderGrowth(
  sizes.map(({ grown }) => grown),
  {
    command: `pnpm bench:growth --accounts ${values.accounts} --backup ${values.backup} --write`,
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

/** KiB. */
function diskOf(folder: string): number {
  return Number(execFileSync('du', ['-sk', folder], { encoding: 'utf8' }).split('\t')[0])
}

/** All of them are alike. */
function pagesOfAnAccount(dataDir: string): Pages {
  const db = openAsItIs(databasePath.account({ dataDir }, seededAccount(0).did))
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

/** Different numbers below `of`, in any order; fewer where there are not so many. */
function someOf(of: number, count: number): number[] {
  const some = new Set<number>()
  while (some.size < Math.min(of, count)) some.add(randomInt(of))
  return [...some]
}

/** Each round in turn, A B C A B C, so that a machine that drifts drifts for all. */
async function load(): Promise<void> {
  const loaded = sizes.map(({ seeded: { client, tokens, bringUpToDate }, grown }) => {
    // Of all accounts, so that the more there are, the more seldom one is asked for twice.
    const some = someOf(tokens.length, AWAKE + ASLEEP)
    bringUpToDate(some)
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
    return { grown, round, count, warm: some.slice(0, AWAKE), cold: some.slice(AWAKE) }
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

/** Milliseconds of each. */
async function measureSignIns({ vestibule, tokens }: Seeded): Promise<number[]> {
  const connection = connect(vestibule.url)
  const times: number[] = []
  for (const number of someOf(tokens.length, SIGN_INS)) {
    const person = { ...seededAccount(number), password: SEEDED_PASSWORD }
    const begun = performance.now()
    await createSession(connection, person)
    times.push(performance.now() - begun)
  }
  await connection.close()
  return times
}
