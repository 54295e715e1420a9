import type { Figures } from './figures.ts'
import { renderStates, type States } from './states.ts'
import { median } from './statistics.ts'
import { renderStorm } from './storm.ts'

/** What was measured; what is empty was not. */
export type Measured = { operations: Figures[]; storm: Figures[]; states: States[] }

/** The report in Markdown; each figure is the median over the runs. */
export function render(measured: Measured, runs: number, machine: string): string {
  const { operations, storm, states } = measured
  return `# Vestibule and the stock PDS on one machine

${machine}. Median of ${runs} runs, in turn; both servers and the load generator on this machine.
Reproduce with \`pnpm bench --runs ${runs} --write\`.
${operations.length ? `\n${renderOperations(operations)}` : ''}${storm.length ? `\n${renderStorm(storm)}` : ''}${states.length ? `\n${renderStates(states)}` : ''}`
}

/** Both servers side by side, and Vestibule's share of the stock PDS. */
function renderOperations(figures: Figures[]): string {
  const keys = [...new Set(figures.map((f) => `${f.operation}|${f.inFlight}`))]
  const rows = keys.map((key) => {
    const [operation, inFlight] = key.split('|')
    const of = (server: string) =>
      figures.filter(
        (f) => f.server === server && f.operation === operation && f.inFlight === Number(inFlight),
      )
    const stock = medians(of('stock PDS'))
    const own = medians(of('Vestibule'))
    const ratio = (own.perSecond / stock.perSecond).toFixed(2)
    const p50Ratio = (own.p50 / stock.p50).toFixed(2)
    const cells = [
      operation,
      inFlight,
      stock.perSecond.toFixed(0),
      own.perSecond.toFixed(0),
      `**${ratio}×**`,
      stock.p50.toFixed(1),
      own.p50.toFixed(1),
      `**${p50Ratio}×**`,
      stock.p99.toFixed(1),
      own.p99.toFixed(1),
      stock.cpu.toFixed(2),
      own.cpu.toFixed(2),
      own.generatorCpu.toFixed(2),
      stock.errors + own.errors,
    ]
    return `| ${cells.join(' | ')} |`
  })
  const peak = (server: string) =>
    Math.max(...figures.filter((f) => f.server === server).map((f) => f.peakMemory)).toFixed(0)
  return `| operation | in flight | stock /s | Vestibule /s | ratio | stock p50 ms | p50 ms | ratio | stock p99 ms | p99 ms | stock CPU ms | CPU ms | generator cores | errors |
| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |
${rows.join('\n')}

Peak memory: stock PDS ${peak('stock PDS')} MiB, Vestibule ${peak('Vestibule')} MiB (without the PDS behind it).
`
}

function medians(figures: Figures[]): Figures {
  const [first] = figures
  if (!first) throw new Error('Nothing was measured')
  const of = (key: keyof Figures) => median(figures.map((f) => f[key] as number))
  return {
    ...first,
    errors: figures.reduce((sum, f) => sum + f.errors, 0),
    p50: of('p50'),
    p99: of('p99'),
    perSecond: of('perSecond'),
    cpu: of('cpu'),
    generatorCpu: of('generatorCpu'),
  }
}
