import { type Options, Presets, SingleBar } from 'cli-progress'
import Table from 'cli-table3'

/** What a command says, to a person or to a script. */
export type Output = {
  /** The result: `value` as JSON where that was asked for, else what `human` makes of it. */
  result<T>(value: T, human: (value: T) => string): void
  /** A remark to a person, on stderr; scripts do not get it. */
  note(line: string): void
  /** A bar for long work, on stderr of a terminal. */
  progress(what: string): Progress
}

export type Progress = { update(done: number, total: number): void; stop(): void }

export function createOutput(json: boolean): Output {
  return {
    result: (value, human) => console.log(json ? JSON.stringify(value, null, 2) : human(value)),
    note: (line) => {
      if (!json) console.error(line)
    },
    progress: (what) => (json || !process.stderr.isTTY ? silent : bar(what)),
  }
}

const silent: Progress = { update: () => {}, stop: () => {} }

function bar(what: string): Progress {
  const options: Options = {
    format: `${what} {bar} {value}/{total}, {eta_formatted} left`,
    hideCursor: true,
    stream: process.stderr,
  }
  const single = new SingleBar(options, Presets.shades_classic)
  let started = false
  return {
    update: (done, total) => {
      if (!started) single.start(total, done)
      started = true
      single.setTotal(total)
      single.update(done)
    },
    stop: () => single.stop(),
  }
}

type Cell = string | number | boolean | null | undefined

export function table(head: string[], rows: Cell[][]): string {
  if (rows.length === 0) return 'none'
  const built = new Table({ head, style: { head: [], border: [] } })
  built.push(...rows.map((row) => row.map(text)))
  return built.toString()
}

/** One thing, a line for each of its properties. */
export function sheet(rows: Record<string, Cell>): string {
  const built = new Table({ style: { head: [], border: [] } })
  built.push(...Object.entries(rows).map(([name, value]) => ({ [name]: text(value) })))
  return built.toString()
}

/** @param ms since the epoch */
export function when(ms: number | null): string {
  return ms === null ? '' : new Date(ms).toISOString().replace('T', ' ').slice(0, 16)
}

function text(value: Cell): string {
  if (value === null || value === undefined) return ''
  return typeof value === 'boolean' ? (value ? 'yes' : 'no') : String(value)
}
