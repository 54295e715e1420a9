import type { Figures } from '../figures/figures.ts'
import { renderStarts, type Starts } from '../measures/starts.ts'
import { renderStates, type States } from '../measures/states.ts'
import type { Stream } from '../measures/stream.ts'
import { renderStorm } from '../operations/storm.ts'
import { renderFactors } from './factors_report.ts'
import { renderOpenid } from './openid_report.ts'
import { renderOperations } from './operations_report.ts'
import { renderPassing } from './passing_report.ts'
import { renderStream } from './stream_report.ts'

/** What was measured; what is empty was not. */
export type Measured = {
  operations: Figures[]
  storm: Figures[]
  factors: Figures[]
  openid: Figures[]
  states: States[]
  passing: Figures[]
  streams: Stream[]
  starts: Starts[]
}

/** By which command, how often, and for how long the event stream. */
export type Extent = { command: string; runs: number; minutes: number }

/** The report in Markdown; each figure is the median over the runs, where there are several. */
export function render(measured: Measured, extent: Extent, machine: string): string {
  const { command, runs, minutes } = extent
  const { operations, storm, factors, openid, states, passing, streams, starts } = measured
  const sections = [
    `# Vestibule and the stock PDS on one machine

${machine}. Median of ${runs} runs, in turn, after one that is not
counted; the servers and the load generator on this machine. Reproduce with
\`${command}\`.
`,
    operations.length ? renderOperations(operations) : '',
    storm.length ? renderStorm(storm) : '',
    factors.length ? renderFactors(factors) : '',
    openid.length ? renderOpenid(openid) : '',
    states.length ? renderStates(states) : '',
    passing.length ? renderPassing(passing) : '',
    streams.length ? renderStream(streams, minutes) : '',
    starts.length ? renderStarts(starts) : '',
  ]
  return sections.filter(Boolean).join('\n')
}
