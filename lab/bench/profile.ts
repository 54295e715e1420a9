import { writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { receive, startGenerator } from './generator.ts'
import { type Bench, begin, populate } from './measure.ts'
import { operations } from './operations.ts'
import { partNames, timeByPart } from './parts.ts'
import { cpuOf, machine } from './process_figures.ts'
import type { ProfilerAnswer } from './profiler.ts'
import { scryptCost } from './scrypt_cost.ts'
import { end, type Server, startServers } from './servers.ts'

/** Where the time of each operation goes, in both servers: what `pnpm bench` cannot say. */
const { values } = parseArgs({
  options: {
    only: { type: 'string' },
    'in-flight': { type: 'string', default: '16' },
    write: { type: 'boolean', default: false },
  },
})
const inFlight = Number(values['in-flight'])

type Spent = { cpu: number; parts: Map<string, number> }

const servers = await startServers([fileURLToPath(new URL('./profiler.ts', import.meta.url))])
const generator = await startGenerator()
const sections: string[] = []
try {
  const bench = await populate(generator, [servers.stock, servers.vestibule], inFlight)
  for (const { name } of operations.filter((o) => !values.only || o.name === values.only)) {
    const stock = await profile(bench, servers.stock, name)
    const vestibule = await profile(bench, servers.vestibule, name)
    sections.push(section(name, stock, vestibule))
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

function section(name: string, stock: Spent, vestibule: Spent): string {
  const row = (part: string, ...figures: number[]) =>
    `| ${part} | ${figures.map((ms) => ms.toFixed(2)).join(' | ')} |`
  const total = ({ parts }: Spent) =>
    partNames.reduce((sum, part) => sum + (parts.get(part) ?? 0), 0)
  return [
    `## ${name}`,
    '',
    '| part | stock PDS | Vestibule |',
    '| --- | --- | --- |',
    ...partNames.map((part) =>
      row(part, stock.parts.get(part) ?? 0, vestibule.parts.get(part) ?? 0),
    ),
    row('**main thread**', total(stock), total(vestibule)),
    row('CPU of the process, profiler included', stock.cpu, vestibule.cpu),
  ].join('\n')
}
