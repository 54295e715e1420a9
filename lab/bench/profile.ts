import { writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import type { Credentials } from '../clients/headless_sign_in.ts'
import { receive, startGenerator } from './generator.ts'
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
  const people = new Map<Server, Credentials[]>()
  for (const server of [servers.stock, servers.vestibule]) {
    generator.send({ kind: 'people', origin: server.url, count: inFlight })
    people.set(server, (await receive(generator, 'people')).people)
  }
  for (const { name } of operations.filter((o) => !values.only || o.name === values.only)) {
    const stock = await profile(servers.stock, people.get(servers.stock) ?? [], name)
    const vestibule = await profile(servers.vestibule, people.get(servers.vestibule) ?? [], name)
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

async function profile(server: Server, people: Credentials[], operation: string): Promise<Spent> {
  // Twice: what is compiled on the way is not what a server does all day.
  await load(server, people, operation)
  let before = 0
  const { requests, profile } = await load(server, people, operation, async () => {
    await server.ask({ profiler: 'start' })
    before = cpuOf(server.pid)
  })
  const parts = timeByPart(profile as NonNullable<ProfilerAnswer['profile']>)
  for (const [part, ms] of parts) parts.set(part, ms / requests)
  return { cpu: (cpuOf(server.pid) - before) / requests, parts }
}

async function load(
  server: Server,
  people: Credentials[],
  operation: string,
  started?: () => Promise<void>,
) {
  generator.send({ kind: 'run', origin: server.url, people, operation, inFlight })
  await receive(generator, 'go')
  await started?.()
  const { durations, errors } = await receive(generator, 'done')
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
