import { table } from '../figures/rows.ts'
import { median } from '../figures/statistics.ts'
import { PACES, STREAM } from '../load/stream_load.ts'
import type { Stream, Used } from '../measures/stream.ts'
import { INSIDE } from '../servers/servers.ts'

/** Parts of the time whose medians of memory are shown. */
const PARTS = 5
/** How much more memory the last part may have than the one in the middle. */
const LEVEL = 1.1

/** @returns a Markdown section */
export function renderStream(streams: Stream[], minutes: number): string {
  const { listeners, writers } = STREAM
  const paces = PACES.map((pace) => `${pace.perSecond} a second with ${pace.aCommit}`)
  const rows = streams.map((stream) => {
    const { elapsed, pace, commits, heard, lost, disordered, p50, p99, errors } = stream
    const cores = (used: Used | null) => (used ? (used.cpu / elapsed).toFixed(2) : '')
    return [
      nameOf(stream),
      pace.aCommit,
      ((commits * pace.aCommit * 1000) / elapsed).toFixed(0),
      ((heard / elapsed) * 1000).toFixed(0),
      lost,
      disordered,
      p50,
      p99,
      cores(stream.pds),
      cores(stream.gateway),
      (stream.generatorCpu / elapsed).toFixed(2),
      errors.length,
    ]
  })
  const memory = streams.flatMap((stream) => [
    memoryRow(`${withPace(stream)}: PDS`, stream.pds),
    ...(stream.gateway ? [memoryRow(`${withPace(stream)}: gateway`, stream.gateway)] : []),
  ])
  return `## The event stream

${writers} people write posts by password for ${minutes} minutes, of which so many are wanted in all: ${paces.join(', ')} in
each commit (\`createRecord\`, or \`applyWrites\`). ${listeners} listeners hear of them over
\`com.atproto.sync.subscribeRepos\`; once directly at the PDS inside, once
through the gateway, each with a new data folder. A commit is one event. Lost is that of an acknowledged commit which a
listener did not hear; the delay is from the PDS's own time of an event until it is there, in ms.

${table(
  [
    'asked',
    'posts a commit',
    'posts /s',
    'events /s',
    'lost',
    'out of order',
    'delay p50',
    'delay p99',
    'PDS, cores',
    'gateway, cores',
    'generator, cores',
    'errors',
  ],
  rows,
)}

Memory in MiB, median of each fifth of the time. It is level where the last has at most ${LEVEL} times as much
as the one in the middle:

${table(['process', ...Array.from({ length: PARTS }, (_, i) => `${i + 1} / ${PARTS}`), 'level'], memory)}
`
}

const nameOf = ({ server }: Stream) => (server === INSIDE ? 'directly' : server)
const withPace = (stream: Stream) => `${nameOf(stream)}, ${stream.pace.aCommit} a commit`

function memoryRow(name: string, { memory }: Used): string[] {
  const size = memory.length / PARTS
  const medians = Array.from({ length: PARTS }, (_, i) =>
    median(memory.slice(Math.floor(i * size), Math.max(1, Math.floor((i + 1) * size)))),
  )
  const middle = medians[Math.floor(PARTS / 2)] as number
  const isLevel = (medians.at(-1) as number) <= LEVEL * middle
  return [name, ...medians.map((mib) => mib.toFixed(0)), isLevel ? 'yes' : '**no**']
}
