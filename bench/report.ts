/** Times in ms, memory in MiB; `cpu` is the server's per request, `generatorCpu` in cores. */
export type Figures = {
  server: string
  operation: string
  inFlight: number
  errors: number
  p50: number
  p99: number
  perSecond: number
  cpu: number
  peakMemory: number
  generatorCpu: number
}

/** The median of each figure over the runs, side by side, and Vestibule's share of the stock PDS. */
export function render(figures: Figures[], machine: string): string {
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
  const runs = figures.filter(
    (f) =>
      f.server === 'Vestibule' &&
      f.operation === figures[0]?.operation &&
      f.inFlight === figures[0]?.inFlight,
  ).length
  return `# Vestibule and the stock PDS on one machine

${machine}. Median of ${runs} runs, in turn; both servers and the load generator on this machine.
Reproduce with \`pnpm bench --runs ${runs} --write\`.

| operation | in flight | stock /s | Vestibule /s | ratio | stock p50 ms | p50 ms | ratio | stock p99 ms | p99 ms | stock CPU ms | CPU ms | generator cores | errors |
| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |
${rows.join('\n')}

Peak memory: stock PDS ${peak('stock PDS')} MiB, Vestibule ${peak('Vestibule')} MiB (without the PDS behind it).
`
}

function medians(figures: Figures[]): Figures {
  const [first] = figures
  if (!first) throw new Error('Nothing was measured')
  const median = (key: keyof Figures) => {
    const values = figures.map((f) => f[key] as number).sort((a, b) => a - b)
    return values[Math.floor(values.length / 2)] as number
  }
  return {
    ...first,
    errors: figures.reduce((sum, f) => sum + f.errors, 0),
    p50: median('p50'),
    p99: median('p99'),
    perSecond: median('perSecond'),
    cpu: median('cpu'),
    generatorCpu: median('generatorCpu'),
  }
}
