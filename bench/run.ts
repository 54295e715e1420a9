import { once } from 'node:events'
import { mkdirSync, writeFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import type { Credentials } from '../test/clients/headless_sign_in.ts'
import type { LoadMessage, LoadRequest } from './load.ts'
import { operations } from './operations.ts'
import { cpuOf, machine, peakMemoryOf } from './process_figures.ts'
import { type Figures, render } from './report.ts'
import { end, type Server, startGenerator, startServers } from './servers.ts'

const { values } = parseArgs({
  options: {
    runs: { type: 'string', default: '5' },
    only: { type: 'string' },
    write: { type: 'boolean', default: false },
  },
})
const IN_FLIGHT = [1, 16, 64]

const servers = await startServers()
const generator = startGenerator()
await once(generator, 'message')
const figures: Figures[] = []
try {
  const people = new Map<Server, Credentials[]>()
  for (const server of [servers.stock, servers.vestibule]) {
    const request = { kind: 'people', origin: server.url, count: Math.max(...IN_FLIGHT) } as const
    const answer = (await ask(request)) as Extract<LoadMessage, { kind: 'people' }>
    people.set(server, answer.people)
  }
  for (const { name } of operations.filter((o) => !values.only || o.name === values.only)) {
    for (const inFlight of IN_FLIGHT) {
      // In turn, A B A B, so that a machine that drifts drifts for both.
      for (let run = 0; run < Number(values.runs); run++) {
        for (const server of [servers.stock, servers.vestibule]) {
          figures.push(await measure(server, people.get(server) as Credentials[], name, inFlight))
        }
      }
      console.error(`${name} at ${inFlight}`)
    }
  }
} finally {
  await end(generator)
  await servers.close()
}
const report = render(figures, machine())
console.log(report)
if (values.write) {
  const folder = new URL('../docs/bench/', import.meta.url)
  mkdirSync(folder, { recursive: true })
  writeFileSync(new URL('small-machine.md', folder), report)
}

async function measure(
  server: Server,
  people: Credentials[],
  operation: string,
  inFlight: number,
): Promise<Figures> {
  generator.send({ kind: 'run', origin: server.url, people, operation, inFlight })
  await message('go')
  const before = cpuOf(server.pid)
  const { durations, errors, elapsed, generatorCpu } = await message('done')
  durations.sort((a, b) => a - b)
  const at = (share: number) => durations[Math.floor(share * (durations.length - 1))] as number
  return {
    server: server.name,
    operation,
    inFlight,
    errors: errors.length,
    p50: at(0.5),
    p99: at(0.99),
    perSecond: (durations.length / elapsed) * 1000,
    cpu: (cpuOf(server.pid) - before) / durations.length,
    peakMemory: peakMemoryOf(server.pid),
    generatorCpu: generatorCpu / elapsed,
  }
}

async function ask(request: LoadRequest): Promise<LoadMessage> {
  generator.send(request)
  return ((await once(generator, 'message')) as [LoadMessage])[0]
}

async function message<K extends LoadMessage['kind']>(kind: K) {
  const [received] = (await once(generator, 'message')) as [LoadMessage]
  if (received.kind !== kind) throw new Error(`Expected ${kind}, got ${received.kind}`)
  return received as Extract<LoadMessage, { kind: K }>
}
