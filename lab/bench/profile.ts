import { writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { cpuOf, machine } from './figures/process_figures.ts'
import { receive, startGenerator } from './load/generator.ts'
import { type Bench, begin, populate } from './measures/measure.ts'
import { operations } from './operations/operations.ts'
import { partNames, timeByPart } from './profile/parts.ts'
import { scryptCost } from './profile/scrypt_cost.ts'
import type { ProfilerAnswer } from './servers/profiler.ts'
import { end, type Server, startServers } from './servers/servers.ts'

/** Where the time of each operation goes, in each server: what `pnpm bench` cannot say. */
const { values } = parseArgs({
  options: {
    only: { type: 'string' },
    'in-flight': { type: 'string', default: '16' },
    write: { type: 'boolean', default: false },
  },
})
const inFlight = Number(values['in-flight'])

type Spent = { cpu: number; parts: Map<string, number> }

const servers = await startServers([
  fileURLToPath(new URL('./servers/profiler.ts', import.meta.url)),
])
const generator = await startGenerator()
const sections: string[] = []
try {
  const { stock, vestibule, floor } = servers
  const all = [stock, vestibule, floor]
  const bench = await populate(generator, all, inFlight)
  for (const { name } of operations.filter((o) => !values.only || o.name === values.only)) {
    const spent: Spent[] = []
    for (const server of all) spent.push(await profile(bench, server, name))
    sections.push(section(name, spent))
    console.error(name)
  }
} finally {
  await end(generator)
  await servers.close()
}

const report = `# Where the time goes

${machine()}. Main thread of each server by V8's profiler, ms a request at ${inFlight} in flight, with the
profiler's own cost left out of the parts; native code counts for who called it. What other threads
do (scrypt, verifying signatures, waiting for the disk) is only in the CPU of the whole process: one
hash of a password, by scrypt, takes ${scryptCost().toFixed(1)} ms of it here.
Reproduce with \`pnpm bench:profile --write\`.

${sections.join('\n\n')}
`
console.log(report)
if (values.write) writeFileSync(new URL('../../docs/bench/profile.md', import.meta.url), report)

async function profile(bench: Bench, server: Server, operation: string): Promise<Spent> {
  // Twice: what is compiled on the way is not what a server does all day.
  await load(bench, server, operation)
  let before = 0
  const { requests, profile } = await load(bench, server, operation, async () => {
    await server.ask({ profiler: 'start' })
    before = cpuOf(server.pid)
  })
  const parts = timeByPart(profile as NonNullable<ProfilerAnswer['profile']>)
  for (const [part, ms] of parts) parts.set(part, ms / requests)
  return { cpu: (cpuOf(server.pid) - before) / requests, parts }
}

async function load(
  bench: Bench,
  server: Server,
  operation: string,
  started?: () => Promise<void>,
) {
  await begin(bench, server, operation, inFlight)
  await started?.()
  const { durations, errors } = await receive(bench.generator, 'done')
  if (errors.length) throw new Error(`${operation}: ${errors[0]}`)
  const { profile } = started
    ? ((await server.ask({ profiler: 'stop' })) as ProfilerAnswer)
    : { profile: null }
  return { requests: durations.length, profile }
}

/** @param spent by the stock PDS, Vestibule and the floor */
function section(name: string, spent: Spent[]): string {
  const row = (part: string, of: (spent: Spent) => number) =>
    `| ${part} | ${spent.map((one) => of(one).toFixed(2)).join(' | ')} |`
  const total = ({ parts }: Spent) =>
    partNames.reduce((sum, part) => sum + (parts.get(part) ?? 0), 0)
  return [
    `## ${name}`,
    '',
    '| part | stock PDS | Vestibule | floor |',
    '| --- | --- | --- | --- |',
    ...partNames.map((part) => row(part, ({ parts }) => parts.get(part) ?? 0)),
    row('**main thread**', total),
    row('CPU of the process, profiler included', ({ cpu }) => cpu),
  ].join('\n')
}
