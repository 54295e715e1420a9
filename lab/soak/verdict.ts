import type { Sample } from './probe.ts'

/** How much more the last third may use than the middle third. */
const GROWTH = 1.1
/** Open files come and go with connections and accounts that are awake. */
const SLACK = 20

export type Verdict = { question: string; middle: number; last: number; holds: boolean }

/** Whether what a process uses stays level: the last third against the middle third. */
export function judge(samples: Sample[]): Verdict[] {
  const third = Math.floor(samples.length / 3)
  const middle = samples.slice(third, 2 * third)
  const last = samples.slice(2 * third)
  const compare = (question: string, key: keyof Sample, slack: number): Verdict => {
    const [before, after] = [median(middle, key), median(last, key)]
    return { question, middle: before, last: after, holds: after <= before * GROWTH + slack }
  }
  return [
    compare('resident memory, MiB', 'rss', 0),
    compare('live heap, MiB', 'heap', 0),
    compare('open file descriptors', 'descriptors', SLACK),
    compare('open account databases', 'databases', SLACK),
    compare('timers', 'timers', SLACK),
    compare('other handles', 'handles', SLACK),
  ]
}

function median(samples: Sample[], key: keyof Sample): number {
  const values = samples.map((sample) => sample[key]).sort((a, b) => a - b)
  return values[Math.floor(values.length / 2)] ?? 0
}
