import type { ChildProcess } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import type { Credentials } from '../clients/headless_sign_in.ts'
import type { Figures } from './figures.ts'
import { receive, startGenerator } from './generator.ts'
import { operations } from './operations.ts'
import { cpuOf, machine, peakMemoryOf } from './process_figures.ts'
import { type Measured, render } from './report.ts'
import { end, type Server, startServers } from './servers.ts'
import { measureStates } from './states.ts'
import { quantile } from './statistics.ts'
import { STORM_IN_FLIGHT, storm } from './storm.ts'

const { values } = parseArgs({
  options: {
    runs: { type: 'string', default: '5' },
    only: { type: 'string' },
    write: { type: 'boolean', default: false },
  },
})
if (values.only && values.write) throw new Error('A part does not replace the whole report')

const IN_FLIGHT = [1, 16, 64]
const runs = Number(values.runs)
const isWanted = (name: string) => !values.only || values.only === name

const measured: Measured = { operations: [], storm: [], states: [] }
if (values.only !== 'states') await measureServers()
if (isWanted('states')) measured.states = await measureStates(runs)
const report = render(measured, runs, machine())
console.log(report)
if (values.write) {
  const folder = new URL('../../docs/bench/', import.meta.url)
  mkdirSync(folder, { recursive: true })
  writeFileSync(new URL('small-machine.md', folder), report)
}

/** The servers, each in a process of its own, under the same load. */
async function measureServers(): Promise<void> {
  const servers = await startServers()
  const generator = await startGenerator()
  try {
    const { stock, stockFull, vestibule } = servers
    const people = new Map<Server, Credentials[]>()
    for (const server of [stock, stockFull, vestibule]) {
      generator.send({ kind: 'people', origin: server.url, count: Math.max(...IN_FLIGHT) })
      people.set(server, (await receive(generator, 'people')).people)
    }
    // In turn, A B C A B C, so that a machine that drifts drifts for all.
    const oneByOne = async (compared: Server[], operation: string, inFlight: number) => {
      const figures: Figures[] = []
      for (const server of compared) {
        const accounts = people.get(server) as Credentials[]
        figures.push(await measure(generator, server, accounts, operation, inFlight))
      }
      return figures
    }
    for (const { name } of operations.filter(({ name }) => isWanted(name))) {
      for (const inFlight of IN_FLIGHT) {
        const round = () => oneByOne([stock, stockFull, vestibule], name, inFlight)
        // What a server compiles on the way is not what it does all day.
        await round()
        for (let run = 0; run < runs; run++) measured.operations.push(...(await round()))
        console.error(`${name} at ${inFlight}`)
      }
    }
    for (let run = 0; isWanted('storm') && run < runs; run++) {
      for (const { name } of storm) {
        measured.storm.push(...(await oneByOne([stock, vestibule], name, STORM_IN_FLIGHT)))
      }
      console.error(`storm, run ${run + 1}`)
    }
  } finally {
    await end(generator)
    await servers.close()
  }
}

async function measure(
  generator: ChildProcess,
  server: Server,
  people: Credentials[],
  operation: string,
  inFlight: number,
): Promise<Figures> {
  generator.send({ kind: 'run', origin: server.url, people, operation, inFlight })
  await receive(generator, 'go')
  const before = cpuOf(server.pid)
  const { durations, errors, elapsed, generatorCpu, beside } = await receive(generator, 'done')
  if (errors.length) console.error(`${server.name}, ${operation}: ${errors[0]}`)
  return {
    server: server.name,
    operation,
    inFlight,
    errors: errors.length,
    p50: quantile(durations, 0.5),
    p99: quantile(durations, 0.99),
    perSecond: (durations.length / elapsed) * 1000,
    besidePerSecond: (beside / elapsed) * 1000,
    cpu: (cpuOf(server.pid) - before) / durations.length,
    peakMemory: peakMemoryOf(server.pid),
    generatorCpu: generatorCpu / elapsed,
  }
}
