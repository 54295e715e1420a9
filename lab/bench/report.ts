import type { Figures } from './figures.ts'
import { renderOperations } from './operations_report.ts'
import { renderStates, type States } from './states.ts'
import { renderStorm } from './storm.ts'

/** What was measured; what is empty was not. */
export type Measured = { operations: Figures[]; storm: Figures[]; states: States[] }

/** The report in Markdown; each figure is the median over the runs. */
export function render(measured: Measured, runs: number, machine: string): string {
  const { operations, storm, states } = measured
  const sections = [
    `# Vestibule and the stock PDS on one machine

${machine}. Median of ${runs} runs, in turn, after one that is not
counted; the servers and the load generator on this machine. Reproduce with \`pnpm bench --runs ${runs} --write\`.
`,
    operations.length ? renderOperations(operations) : '',
    storm.length ? renderStorm(storm) : '',
    states.length ? renderStates(states) : '',
  ]
  return sections.filter(Boolean).join('\n')
}
