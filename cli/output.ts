import { type Options, Presets, SingleBar } from 'cli-progress'

/** What a command says, to a person or to a script. */
export type Output = {
  /** The result: `value` as JSON where that was asked for, else what `human` makes of it. */
  result<T>(value: T, human: (value: T) => string): void
  /** A remark to a person, on stderr: the output of a script's command has its own place. */
  note(line: string): void
  /** A bar for long work, on stderr of a terminal. */
  progress(what: string): Progress
}

type Progress = { update(done: number, total: number): void; stop(): void }

export function createOutput(json: boolean): Output {
  return {
    result: (value, human) => console.log(json ? JSON.stringify(value, null, 2) : human(value)),
    note: (line) => console.error(line),
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

/** @param ms since the epoch */
export function when(ms: number | null): string {
  return ms === null ? '' : new Date(ms).toISOString().replace('T', ' ').slice(0, 16)
}
