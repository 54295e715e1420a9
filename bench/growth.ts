import { mkdirSync, writeFileSync } from 'node:fs'
import { setTimeout as wait } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { startPlc } from '../world/plc.ts'
import { machine, memoryOf, peakMemoryOf } from './process_figures.ts'
import { refreshRound } from './refresh_round.ts'
import { startSeeded } from './seeded.ts'
import { median } from './statistics.ts'

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
const ROUNDS = 7
/** Accounts that are refreshed for the first time, in as many rounds. */
const ASLEEP = 2_800
/** The program is started as often, and is ready after the median. */
const STARTS = 3
/** Milliseconds after the start at which the program counts as idle. */
const IDLE = 30_000

type Grown = {
  accounts: number
  ready: number
  disk: number
  idle: number
  peak: number
  asleep: number
  awake: number
  errors: number
}

const plc = await startPlc()
const grown: Grown[] = []
for (const accounts of values.accounts.split(',').map(Number)) grown.push(await measure(accounts))
await plc.close()

const [first] = grown as [Grown]
const share = (own: number, other: number) => `${own.toFixed(0)} (${(own / other).toFixed(2)}×)`
const rows = grown.map(({ accounts, ready, disk, idle, peak, asleep, awake, errors }) => {
  const cells = [
    accounts.toLocaleString('en'),
    ready.toFixed(0),
    disk.toFixed(1),
    idle.toFixed(0),
    peak.toFixed(0),
    share(awake, first.awake),
    share(asleep, first.asleep),
    errors,
  ]
  return `| ${cells.join(' | ')} |`
})
const report = `# Growth

${machine()}. One process; every account has two sessions. ${IN_FLIGHT} refreshes in flight:
of ${AWAKE} accounts that are awake, and of up to ${ASLEEP.toLocaleString('en')} others that nobody has asked for since the start;
median of ${ROUNDS} rounds, and in brackets the share of the first line. Ready is the median of ${STARTS} starts
(the first meets a disk that still takes in what was seeded), idle ${IDLE / 1_000} s after the last. Reproduce with
\`pnpm bench:growth --accounts ${values.accounts} --write\`.

| accounts | ready after ms | disk KiB / account | idle MiB | peak MiB | refresh awake /s | asleep /s | errors |
| --- | --- | --- | --- | --- | --- | --- | --- |
${rows.join('\n')}

Wanted: ready within 3,000 ms, idle at no more than 250 MiB, no more than 64 KiB an account, and at 100,000
accounts no less than 0.90× of the throughput at 1,000.
`
console.log(report)
if (values.write) {
  const folder = new URL('../docs/bench/', import.meta.url)
  mkdirSync(folder, { recursive: true })
  writeFileSync(new URL('growth.md', folder), report)
}

async function measure(accounts: number): Promise<Grown> {
  const seeded = await startSeeded(plc.url, accounts, IN_FLIGHT)
  const { client, disk, vestibule, close } = seeded
  try {
    const starts = [seeded.ready]
    while (starts.length < STARTS) {
      await vestibule.stop()
      const begun = performance.now()
      await vestibule.start()
      starts.push(performance.now() - begun)
    }
    console.error(`${accounts} accounts, ready after ${starts.map(Math.round).join(', ')} ms`)
    const pid = vestibule.pid as number
    await wait(IDLE)
    const idle = memoryOf(pid)
    const tokens = seeded.tokens.toSorted(() => Math.random() - 0.5)
    const warm = tokens.splice(0, Math.min(AWAKE, tokens.length / 2))
    for (let i = 0; i < WARM_UP; i++) await refreshRound(client, warm, IN_FLIGHT)
    const cold = tokens.slice(0, ASLEEP)
    const each = Math.ceil(cold.length / ROUNDS)
    const awake = []
    const asleep = []
    for (let i = 0; i < ROUNDS; i++) {
      awake.push(await refreshRound(client, warm, IN_FLIGHT))
      asleep.push(await refreshRound(client, cold.slice(i * each, (i + 1) * each), IN_FLIGHT))
    }
    return {
      accounts,
      ready: median(starts),
      disk: disk / accounts,
      idle,
      peak: peakMemoryOf(pid),
      awake: median(awake.map(({ perSecond }) => perSecond)),
      asleep: median(asleep.map(({ perSecond }) => perSecond)),
      errors: [...awake, ...asleep].reduce((sum, round) => sum + round.errors, 0),
    }
  } finally {
    await close()
  }
}
