import type { Figures } from './figures.ts'
import { median } from './statistics.ts'

/** One server's figures of several runs as one: the medians. */
export function medians(figures: Figures[]): Figures {
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
    insideCpu: of('insideCpu'),
    generatorCpu: of('generatorCpu'),
  }
}

/**
 * Compares two servers run by run, as both were measured one after the other under the same conditions.
 *
 * @returns the median, and the least and greatest in brackets
 */
export function compared(
  own: Figures[],
  others: Figures[],
  compare: (own: Figures, other: Figures) => number,
): { middle: string; ends: string } {
  const each = own.map((figures, run) => compare(figures, others[run] as Figures))
  const [middle, ...ends] = [median(each), Math.min(...each), Math.max(...each)].map((value) =>
    value.toFixed(2),
  )
  return { middle: middle as string, ends: `(${ends.join('–')})` }
}

/** A ratio as a cell of a table. */
export function ratio(
  own: Figures[],
  others: Figures[],
  key: 'perSecond' | 'p50',
  { isBold }: { isBold: boolean },
): string {
  const { middle, ends } = compared(own, others, (one, other) => one[key] / other[key])
  return `${isBold ? `**${middle}×**` : `${middle}×`} ${ends}`
}

/** A table in Markdown. */
export function table(heads: string[], rows: (string | number)[][]): string {
  const line = (of: (string | number)[]) => `| ${of.join(' | ')} |`
  return [line(heads), line(heads.map(() => '---')), ...rows.map(line)].join('\n')
}
