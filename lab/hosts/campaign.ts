import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { shardOf } from '../../actors/hosting/engine/shards.ts'
import { machine } from '../bench/figures/process_figures.ts'
import { quantile } from '../bench/figures/statistics.ts'
import type { ListedActor } from './engine_api.ts'
import { type Fault, faultsOf } from './faults.ts'
import { cpuOfHosts } from './figures.ts'
import { type HostedInstallation, startInstallation } from './installation.ts'
import type { Host } from './lan.ts'
import { Load } from './load.ts'

/** Milliseconds that no refresh takes while all is well; and that something may take to come back. */
const HELD_UP = 3_000
const PATIENCE = 60_000
const CALM = 5_000
const CALM_BEFORE = 20_000
/** Of what is broken, how much is said. */
const SAID = 3
const KINDS = ['world', 'gateway', 'runner', 'engine', 'postgres', 'nats']

/** What `pnpm hosts` is told. */
export type Options = {
  /** A second, all together. */
  refreshes: number
  accounts: number
  /** `pegboard.runner_lost_threshold` of the engine, ms. */
  lost: number
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
  const installation = await startInstallation(hosts, options.lost)
  try {
    await Promise.race([over.promise, injectAll(installation, hosts, options)])
  } finally {
    if (options.logs) writeLogs(installation, options.logs)
    await installation.close()
  }
}

async function injectAll(
  installation: HostedInstallation,
  hosts: Host[],
  { accounts, refreshes, lost, only }: Options,
): Promise<void> {
  const faults = faultsOf(installation, hosts).filter(({ name }) => name.includes(only))
  if (faults.length === 0) throw new Error(`No fault has "${only}" in its name`)
  const load = new Load(installation.url)
  await load.moveIn(accounts)
  const wanted = `${accounts} accounts, ${refreshes} refreshes a second wanted`
  const kinds = Map.groupBy(await installation.actors(), ({ name }) => name)
  const counts = [...kinds].map(([name, { length }]) => `${length} ${name}`)
  console.log(
    `${machine()}; ${wanted}; a runner is lost after ${lost} ms; actors: ${counts.join(', ')}\n`,
  )
  console.log(`| ms of CPU a second | refreshes | ${KINDS.join(' | ')} | commits | syncs |`)
  console.log(
    `| ${Array(KINDS.length + 4)
      .fill('---')
      .join(' | ')} |`,
  )
  await sayCalm('at rest', installation, hosts, load)
  load.begin((accounts * 1_000) / refreshes)
  await setTimeout(CALM)
  await sayCalm('with load', installation, hosts, load)
  console.log()
  const columns = [
    'actors that moved',
    'longest wait of what stayed',
    'all back after',
    'after mending',
    'refreshes',
  ]
  console.log(`| what | ${columns.join(' | ')} | broken |`)
  console.log(
    `| ${Array(columns.length + 2)
      .fill('---')
      .join(' | ')} |`,
  )
  for (const fault of faults) {
    const { cells, broken } = await inject(fault, load, installation)
    console.log(`| ${[fault.name, ...cells, brief(broken)].join(' | ')} |`)
    if (broken.length > 0) process.exitCode = 1
  }
  await load.end()
  const late = load.wrongs()
  if (late.length > 0) process.exitCode = 1
  console.log(`\nBroken since: ${brief(late)}`)
  console.log(`${load.signUps} sign-ups and ${load.revocations} revocations acknowledged`)
}

/** A line of a table: what a second takes of the machine while nothing is wrong. */
async function sayCalm(
  what: string,
  { committed }: HostedInstallation,
  hosts: Host[],
  load: Load,
): Promise<void> {
  const [began, cpu, before] = [Date.now(), cpuOfHosts(hosts), committed()]
  await setTimeout(CALM_BEFORE)
  const [after, used] = [committed(), cpuOfHosts(hosts)]
  const seconds = (Date.now() - began) / 1_000
  const ms = KINDS.map((kind) => ((used.get(kind) ?? 0) - (cpu.get(kind) ?? 0)) / seconds)
  const [commits, syncs] = [after.commits - before.commits, after.syncs - before.syncs]
  const cells = [...ms, commits / seconds, syncs / seconds].map((each) => each.toFixed(0))
  console.log(`| ${[what, saySpeed(load, began), ...cells].join(' | ')} |`)
}

async function inject(
  fault: Fault,
  load: Load,
  { actors }: HostedInstallation,
): Promise<{ cells: string[]; broken: string[] }> {
  const before = await actors()
  const began = Date.now()
  console.error(`${new Date(began).toISOString()} ${fault.name}`)
  const revoking = load.revoke(PATIENCE)
  await fault.begin()
  const back = fault.isSurvived ? await backAfter(load, began) : 'needs it'
  const mended = Date.now()
  await fault.mend()
  const backAgain = await backAfter(load, fault.isSurvived ? mended : began)
  await revoking
  const cells = [...(await sayMoved(load, before, actors, began, mended)), back, backAgain]
  const broken = await load.broken().catch((error: Error) => [error.message])
  const calm = Date.now()
  await setTimeout(CALM)
  return { cells: [...cells, saySpeed(load, calm)], broken }
}

/** The first of them, and how many there are. */
function brief(wrongs: string[]): string {
  const more = wrongs.length - SAID
  const said = wrongs.slice(0, SAID).join('; ') || 'nothing'
  return more > 0 ? `${said}; and ${more} more` : said
}

/** How many actors have moved, after how long they could be reached, and what others waited. */
async function sayMoved(
  load: Load,
  before: ListedActor[],
  actors: HostedInstallation['actors'],
  began: number,
  mended: number,
): Promise<string[]> {
  const now = new Map((await actors()).map((actor) => [idOf(actor), actor.reachableSince]))
  const moved = before.filter((actor) => now.get(idOf(actor)) !== actor.reachableSince)
  const ids = new Set(moved.map(idOf))
  const stayed = (did: string) => !ids.has(idOf({ name: 'accounts', key: shardOf(did) }))
  const since = moved.map((actor) => now.get(idOf(actor)) ?? null)
  const after = since.flatMap((at) => (at === null ? [] : [(at - began) / 1_000]))
  const between = [Math.min(...after), Math.max(...after)].map((each) => each.toFixed(1))
  const away = since.length - after.length
  return [
    `${moved.length}${after.length > 0 ? `: ${between.join(' to ')} s` : ''}${away > 0 ? `; ${away} not there` : ''}`,
    `${(load.longest(began, mended, stayed) / 1_000).toFixed(1)} s`,
  ]
}

const idOf = ({ name, key }: Pick<ListedActor, 'name' | 'key'>) => `${name}/${key}`

function saySpeed(load: Load, since: number): string {
  const took = load.took(since)
  if (took.length === 0) return 'none'
  const rate = ((took.length * 1_000) / (Date.now() - since)).toFixed(0)
  const at = (share: number) => `${(quantile(took, share) / 1_000).toFixed(1)} s`
  return `${rate}/s, p50 ${at(0.5)}, p99 ${at(0.99)}`
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
function writeLogs({ parts }: HostedInstallation, folder: string): void {
  mkdirSync(folder, { recursive: true })
  for (const [name, part] of Object.entries(parts)) {
    writeFileSync(join(folder, `${name}.log`), part.logs)
  }
}
