import type { Pages } from '../../database/check/pages.ts'
import { machine } from './process_figures.ts'
import { median } from './statistics.ts'

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
  /** Milliseconds of each search of the operator. */
  search: number[]
}

export type GrowthRun = { command: string; inFlight: number; awake: number; asleep: number }

/** The report of `pnpm bench:growth`, in Markdown. */
export function renderGrowth(sizes: Grown[], run: GrowthRun, pages: Pages): string {
  const first = sizes[0] as Grown
  const share = (own: number[], other: number[]) =>
    `${median(own).toFixed(0)} (${(median(own) / median(other)).toFixed(2)}×)`
  const rows = sizes.map(({ accounts, ready, disk, idle, peak, awake, asleep, search, errors }) => {
    const cells = [
      accounts.toLocaleString('en'),
      median(ready).toFixed(0),
      disk.toFixed(1),
      idle.toFixed(0),
      peak.toFixed(0),
      share(awake, first.awake),
      share(asleep, first.asleep),
      median(search).toFixed(1),
      errors,
    ]
    return `| ${cells.join(' | ')} |`
  })
  return `# Growth

${machine()}. One process for each size; every account has two sessions.
${run.inFlight} refreshes in flight: of ${run.awake} accounts that are awake, and of ${run.asleep} others that were not used since
the start. Each program is started ${STARTS} times (the first meets a disk that still takes in what was
seeded); ready is the median, idle ${IDLE / 1_000} s after the last, peak of that one, with all of those accounts
awake. Refreshes are the median of ${ROUNDS} rounds after each start, one size after the other in turn, and in
brackets the share of the first line. Reproduce with
\`${run.command}\`.

| accounts | ready after ms | disk KiB / account | idle MiB | peak MiB | refresh awake /s | asleep /s | search ms | errors |
| --- | --- | --- | --- | --- | --- | --- | --- | --- |
${rows.join('\n')}

${renderPages(pages)}

Wanted: ready within 3,000 ms, idle at no more than 250 MiB, no more than 64 KiB an account, and at 100,000
accounts no less than 0.90× of the throughput at 1,000, and a search of the operator within 50 ms (the median,
one after the other).
`
}

/** What the file of an account is made of, in words. */
function renderPages({ pageSize, of }: Pages): string {
  const all = of.reduce((sum, { pages }) => sum + pages, 0)
  const each = of.map(({ name, pages }) => `${name} ${pages}`).join(', ')
  return `Disk is what \`du\` says of the data folder, so each file counts in blocks of 4 KiB. That of one of these
accounts has ${((all * pageSize) / 1024).toFixed(1)} KiB, in pages of ${pageSize} bytes: ${each}.`
}
