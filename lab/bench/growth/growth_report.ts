import type { Pages } from '../../../database/check/pages.ts'
import { machine } from '../figures/process_figures.ts'
import { table } from '../figures/rows.ts'
import { median, quantile } from '../figures/statistics.ts'
import type { BackedUp } from './beside_backup.ts'
import type { Crowd } from './crowd.ts'
import type { OperatorTimes } from './operator_times.ts'

/** How often each program is started, and how many rounds of refreshes follow each time. */
export const STARTS = 3
export const ROUNDS = 7
/** Milliseconds after a start at which the program counts as idle. */
export const IDLE = 30_000

/** What was measured of one size; times in ms, memory in MiB, disk in KiB an account. */
export type Grown = {
  accounts: number
  disk: number
  ready: number[]
  idle: number
  peak: number
  /** Refreshes a second, of each round. */
  awake: number[]
  asleep: number[]
  errors: number
  signIn?: number[]
  operator?: OperatorTimes
  crowd?: Crowd
  backup?: BackedUp
}

export type GrowthRun = { command: string; inFlight: number; awake: number; asleep: number }

/** The report of `pnpm bench:growth`, in Markdown. */
export function renderGrowth(sizes: Grown[], run: GrowthRun, pages: Pages): string {
  const first = sizes[0] as Grown
  const share = (own: number[], other: number[]) =>
    `${median(own).toFixed(0)} (${(median(own) / median(other)).toFixed(2)}×)`
  const rows = sizes.map((grown) => [
    named(grown),
    median(grown.ready).toFixed(0),
    grown.disk.toFixed(1),
    grown.idle.toFixed(0),
    grown.peak.toFixed(0),
    share(grown.awake, first.awake),
    share(grown.asleep, first.asleep),
    grown.errors,
  ])
  const heads = ['ready after ms', 'disk KiB / account', 'idle MiB', 'peak MiB']
  return `# Growth

${machine()}. One process for each size; every account has two sessions.
${run.inFlight} refreshes in flight: of ${run.awake} accounts that are awake, and of ${run.asleep} others that were not used since
the start. Each program is started ${STARTS} times; ready is the median, idle ${IDLE / 1_000} s after the last, peak of that
one, with all of those accounts awake. Refreshes are the median of ${ROUNDS} rounds after each start, one size after the
other in turn, and in brackets the share of the first line. Reproduce with
\`${run.command}\`.

${table(['accounts', ...heads, 'refresh awake /s', 'asleep /s', 'errors'], rows)}

${renderPages(pages)}

Wanted: ready within 3,000 ms, idle at no more than 250 MiB, no more than 10 KiB an account, and with each number of
accounts no less than 0.90× of the throughput of the first line.

## People and operators

One after the other, ms at the median and at the 95th percentile: a sign-in by handle and password
(\`createSession\`), which takes a hash of 40 ms or more; what the operator's page asks: a search for what the names of
some accounts begin with and for what is in none, a page of 100 of the list, the overview. Wanted: a search within 50 ms.

${table(
  ['accounts', 'sign-in by handle', 'search', 'nothing found', 'page', 'overview'],
  sizes.map((grown) => {
    const { search, nothing, page, overview } = grown.operator ?? {}
    return [named(grown), ...[grown.signIn, search, nothing, page, overview].map(ends)]
  }),
)}

## As many as come, for a minute

Other accounts, each once, 256 at a time, all of them asleep before. Those that were not asked for longest fall asleep
meanwhile (\`actors/awake.ts\`), so memory and open files have a bound that does not depend on how many ask.

${table(
  ['accounts', 'asked', 'errors', 'p50 ms', 'p99 ms', 'most memory MiB', 'most open files'],
  sizes.map((grown) => {
    const { asked = 0, errors = 0, p50 = 0, p99 = 0, memory = 0, files = 0 } = grown.crowd ?? {}
    const cells = [errors, p50.toFixed(0), p99.toFixed(0), memory.toFixed(0), files]
    return [named(grown), asked.toLocaleString('en'), ...cells]
  }),
)}
${sizes.some(({ backup }) => backup) ? renderBackups(sizes) : ''}`
}

const named = ({ accounts }: Grown) => accounts.toLocaleString('en')

function ends(times: readonly number[] = []): string {
  return `${quantile(times, 0.5).toFixed(1)}, ${quantile(times, 0.95).toFixed(1)}`
}

function renderBackups(sizes: Grown[]): string {
  const rows = sizes.flatMap((grown) => {
    if (!grown.backup) return []
    const { seconds, disk, memory, alone, beside } = grown.backup
    const [before, meanwhile] = [alone, beside].map(
      ({ p50, p99 }) => `${p50.toFixed(1)}, ${p99.toFixed(1)}`,
    )
    const size = (disk / 1024).toFixed(0)
    return [
      [named(grown), seconds.toFixed(0), size, memory.toFixed(0), before ?? '', meanwhile ?? ''],
    ]
  })
  return `
## The daily backup

Made and verified in a process of its own with a low priority. Beside it refreshes of accounts that are awake, 4 in
flight, ms at the median and at the 99th percentile.

${table(['accounts', 's', 'MiB', 'its memory MiB', 'refreshes before', 'meanwhile'], rows)}
`
}

/** What the file of an account is made of, in words. */
function renderPages({ pageSize, of }: Pages): string {
  const all = of.reduce((sum, { pages }) => sum + pages, 0)
  const each = of.map(({ name, pages }) => `${name} ${pages}`).join(', ')
  return `Disk is what \`du\` says of the data folder, so each file counts in blocks of 4 KiB. That of one of these
accounts has ${((all * pageSize) / 1024).toFixed(1)} KiB, in pages of ${pageSize} bytes: ${each}.`
}
