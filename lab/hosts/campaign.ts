import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { machine } from '../bench/process_figures.ts'
import { quantile } from '../bench/statistics.ts'
import { type Fault, faultsOf } from './faults.ts'
import { type Installation, startInstallation } from './installation.ts'
import type { Host } from './lan.ts'
import { Load } from './load.ts'

/** Milliseconds that no refresh takes while all is well; and that something may take to come back. */
const HELD_UP = 3_000
const PATIENCE = 60_000
const CALM = 5_000

/** What `pnpm hosts` is told. */
export type Options = {
  /** A second, all together. */
  refreshes: number
  accounts: number
  /** Words in the names of the faults. */
  only: string
  /** A folder for what each part wrote; empty for none. */
  logs: string
}

/** Lets one fault after the other happen, from the first of the hosts. */
export async function campaign(hosts: Host[], options: Options): Promise<void> {
  const over = Promise.withResolvers<never>()
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.on(signal, () => over.reject(new Error(`Interrupted by ${signal}`)))
  }
  over.promise.catch(() => {})
  const installation = await startInstallation(hosts)
  try {
    await Promise.race([over.promise, injectAll(installation, hosts, options)])
  } finally {
    if (options.logs) writeLogs(installation, options.logs)
    await installation.close()
  }
}

async function injectAll(
  installation: Installation,
  hosts: Host[],
  { accounts, refreshes, only }: Options,
): Promise<void> {
  const load = new Load(installation.url)
  await load.moveIn(accounts)
  load.begin((accounts * 1_000) / refreshes)
  await setTimeout(CALM)
  console.log(`${machine()}; ${accounts} accounts, ${refreshes} refreshes a second wanted\n`)
  console.log('| what | back after | back after mending | refreshes, p50, p99 | broken |')
  console.log('| --- | --- | --- | --- | --- |')
  const faults = faultsOf(installation, hosts).filter(({ name }) => name.includes(only))
  for (const fault of faults) {
    const { cells, broken } = await inject(fault, load)
    console.log(`| ${[fault.name, ...cells, broken.join('; ') || 'nothing'].join(' | ')} |`)
    if (broken.length > 0) process.exitCode = 1
  }
  await load.end()
  console.log(`\n${load.signUps} sign-ups and ${load.revocations} revocations acknowledged`)
}

async function inject(fault: Fault, load: Load): Promise<{ cells: string[]; broken: string[] }> {
  const began = Date.now()
  console.error(`${new Date(began).toISOString()} ${fault.name}`)
  const revoking = load.revoke(PATIENCE)
  await fault.begin()
  const back = fault.isSurvived ? await backAfter(load, began) : 'needs it'
  const mended = Date.now()
  await fault.mend()
  const backAgain = await backAfter(load, fault.isSurvived ? mended : began)
  await revoking
  const broken = await load.broken().catch((error: Error) => [error.message])
  const calm = Date.now()
  await setTimeout(CALM)
  const took = load.took(calm)
  const rate = ((took.length * 1_000) / (Date.now() - calm)).toFixed(0)
  const at = (share: number) => `${(quantile(took, share) / 1_000).toFixed(1)} s`
  return { cells: [back, backAgain, `${rate}/s, ${at(0.5)}, ${at(0.99)}`], broken }
}

async function backAfter(load: Load, since: number): Promise<string> {
  try {
    await load.untilAllRefreshed(since, PATIENCE)
    return `${(load.heldUp(since, HELD_UP) / 1_000).toFixed(1)} s`
  } catch (error) {
    return `not: ${(error as Error).message}`
  }
}

/** What each part wrote, in a file of its name. */
function writeLogs({ parts }: Installation, folder: string): void {
  mkdirSync(folder, { recursive: true })
  for (const [name, part] of Object.entries(parts)) {
    writeFileSync(join(folder, `${name}.log`), part.logs)
  }
}
