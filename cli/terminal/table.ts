import Table from 'cli-table3'
import { printable } from '../../base/values/printable.ts'

export type Cell = string | number | boolean | null | undefined

/** Columns of the terminal, or of `COLUMNS`; what is piped somewhere has no end. */
const widthHere = () =>
  process.stdout.columns ||
  Number(process.env.COLUMNS) ||
  (process.stdout.isTTY ? UNKNOWN_WIDTH : Number.POSITIVE_INFINITY)

/** Of a terminal that says it has no columns, as a serial console does. */
const UNKNOWN_WIDTH = 80

/** Narrower than this, prose in a column cannot be read. */
const MIN_PROSE = 18

/** How far a value is indented that stands below its name, because it does not fit beside it. */
const BELOW = 2

/** Of a cell, beside its text: a space on each side and a line. */
const FRAME = 3

/**
 * Things of one kind, one a row. Where that is wider than the terminal, what is prose is wrapped;
 * what still does not fit becomes a paragraph for each row, so that no id or address is broken.
 */
export function table(head: string[], rows: Cell[][], width = widthHere()): string {
  if (rows.length === 0) return 'none'
  const cells = rows.map((row) => row.map(text))
  const widths = fitted(head, cells, width)
  if (widths === null) return cells.map((row) => paragraph(head, row, width)).join('\n\n')
  const options = { head, colWidths: widths.map((one) => one + FRAME - 1) }
  return pagesIn(cells)
    .map((page) => draw(options, page))
    .join('\n')
}

/** What draws a table looks at all of its rows for each of them. */
const PAGE = 200

const pagesIn = <T>(rows: T[]): T[][] =>
  Array.from({ length: Math.ceil(rows.length / PAGE) }, (_, page) =>
    rows.slice(page * PAGE, (page + 1) * PAGE),
  )

/** One thing, a line for each of its properties. */
export function sheet(rows: Record<string, Cell>, width = widthHere()): string {
  const entries = Object.entries(rows).map(([name, value]) => [name, text(value)])
  const widths = fitted(['', ''], entries, width)
  if (widths === null) {
    const [names, values] = [0, 1].map((i) => entries.map((entry) => entry[i] as string))
    return paragraph(names as string[], values as string[], width)
  }
  return draw({ colWidths: widths.map((one) => one + FRAME - 1) }, entries)
}

/** Sentences, one below the other; ids and addresses in them are not broken. */
export function items(sentences: string[], width = widthHere()): string {
  return sentences.map((each) => `- ${linesOf(each, 2, width)}`).join('\n')
}

/** How wide each column may be, without its frame; null where they do not all fit. */
function fitted(head: string[], rows: string[][], width: number): number[] | null {
  const columns = head.map((name, i) => [name, ...rows.map((row) => row[i] ?? '')])
  const widths = columns.map((cells) => longest(cells, '\n'))
  const least = columns.map((cells) => longest(cells, /\s/))
  for (let over = total(widths) - width; over > 0; over = total(widths) - width) {
    const widest = widths.reduce((best, one, i) => {
      const canShrink = one > Math.max(MIN_PROSE, least[i] ?? 0)
      return canShrink && one > (widths[best] ?? 0) ? i : best
    }, -1)
    if (widest === -1) return null
    const floor = Math.max(MIN_PROSE, least[widest] ?? 0)
    widths[widest] = Math.max(floor, (widths[widest] ?? 0) - over)
  }
  return widths
}

function draw(options: Table.TableConstructorOptions, rows: string[][]): string {
  const built = new Table({ ...options, wordWrap: true, style: { head: [], border: [] } })
  built.push(...rows)
  return built.toString()
}

function paragraph(names: string[], values: string[], width: number): string {
  const indent = longest(names, '\n') + 2
  return names
    .map((name, i) => {
      const value = values[i] ?? ''
      const isBeside = longest([value], /\s/) <= width - indent
      if (isBeside) return name.padEnd(indent) + linesOf(value, indent, width)
      return `${name}\n${' '.repeat(BELOW)}${linesOf(value, BELOW, width)}`
    })
    .map((line) => line.trimEnd())
    .join('\n')
}

const linesOf = (value: string, indent: number, width: number) =>
  wrap(value, width - indent).join(`\n${' '.repeat(indent)}`)

/** Breaks at spaces only. */
function wrap(value: string, width: number): string[] {
  return value.split('\n').flatMap((line) => {
    const lines = ['']
    for (const word of line.split(' ')) {
      const longer = `${lines.at(-1)} ${word}`.trimStart()
      if (longer.length <= width || lines.at(-1) === '') lines[lines.length - 1] = longer
      else lines.push(word)
    }
    return lines
  })
}

/** Of all pieces of the cells. There may be more cells than a function takes arguments. */
function longest(cells: string[], separator: string | RegExp): number {
  let most = 0
  for (const cell of cells)
    for (const { length } of cell.split(separator)) most = Math.max(most, length)
  return most
}

const total = (widths: number[]) => widths.reduce((sum, one) => sum + one + FRAME, 1)

/** As it is printed, since columns are as wide as that. */
function text(value: Cell): string {
  if (value === null || value === undefined) return ''
  if (typeof value === 'boolean') return value ? 'yes' : 'no'
  return printable(String(value))
}
