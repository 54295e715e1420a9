import { type Options, Presets, SingleBar } from 'cli-progress'
import { printable, printableJson } from '../../base/values/printable.ts'
import { isUnread } from './standard_output.ts'

/** What a command says, to a person or to a script; nothing of it is obeyed by a terminal. */
export type Output = {
  /** The result: `value` as JSON where that was asked for, else what `human` makes of it. */
  result<T>(value: T, human: (value: T) => string): void
  /**
   * A long result, page by page: what `human` makes of each page, or one array of JSON, which is said when all is there,
   * so that a script is never given half of it.
   */
  list<T>(pages: AsyncIterable<readonly T[]>, human: (rows: readonly T[]) => string): Promise<void>
  /** A remark to a person, on stderr: the output of a script's command has its own place. */
  note(line: string): void
  /** A bar for long work, on stderr of a terminal. */
  progress(what: string): Progress
}

type Progress = { update(done: number, total: number): void; stop(): void }

/** `unread`: whether nothing that is still said is read. */
export type OutputOptions = { json: boolean; unread?: () => boolean }

export function createOutput({ json, unread = isUnread }: OutputOptions): Output {
  return {
    result: (value, human) =>
      console.log(json ? printableJson(JSON.stringify(value, null, 2)) : printable(human(value))),
    list: (pages, human) => (json ? printArray(pages, unread) : printPages(pages, human, unread)),
    note: (line) => console.error(printable(line)),
    progress: (what) => (json || !process.stderr.isTTY ? silent : bar(what)),
  }
}

async function printArray(
  pages: AsyncIterable<readonly unknown[]>,
  unread: () => boolean,
): Promise<void> {
  const lines: string[] = []
  for await (const page of pages) {
    if (unread()) return
    if (page.length > 0)
      lines.push(page.map((row) => printableJson(JSON.stringify(row))).join('\n,'))
  }
  if (lines.length === 0) return console.log('[]')
  for (const [i, line] of lines.entries()) console.log((i === 0 ? '[' : ',') + line)
  console.log(']')
}

async function printPages<T>(
  pages: AsyncIterable<readonly T[]>,
  human: (rows: readonly T[]) => string,
  unread: () => boolean,
): Promise<void> {
  let isFirst = true
  for await (const page of pages) {
    if (unread()) return
    if (isFirst || page.length > 0) console.log(printable(human(page)))
    isFirst = false
  }
}

/** The pages of a list, each of which says where the next one begins. */
export async function* pagesOf<T, P>(
  ask: (after: P | undefined) => Promise<{ rows: readonly T[]; next: P | null }>,
): AsyncGenerator<readonly T[]> {
  for (let after: P | undefined; ; ) {
    const { rows, next } = await ask(after)
    yield rows
    if (next === null) return
    after = next
  }
}

const silent: Progress = { update: () => {}, stop: () => {} }

function bar(what: string): Progress {
  const options: Options = {
    format: `${what} {bar} {value}/{total}, {eta_formatted} left`,
    // A command that is stopped by Ctrl-C leaves the terminal as it was.
    ...{ hideCursor: false, linewrap: true },
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
      // Another one may follow it, below.
      if (done >= total) single.stop()
    },
    stop: () => single.stop(),
  }
}

/** @param ms since the epoch */
export function when(ms: number | null): string {
  return ms === null ? '' : new Date(ms).toISOString().replace('T', ' ').slice(0, 16)
}

/** What is registered by an id that is there takes the place of what was. */
export const registered = (isNew: boolean): string =>
  isNew ? 'is registered' : 'was registered already, and is changed'
