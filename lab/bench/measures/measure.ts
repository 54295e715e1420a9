import type { ChildProcess } from 'node:child_process'
import type { Credentials } from '../../clients/headless_sign_in.ts'
import type { Figures } from '../figures/figures.ts'
import { cpuOf, peakMemoryOf } from '../figures/process_figures.ts'
import { quantile } from '../figures/statistics.ts'
import { receive } from '../load/generator.ts'
import type { Server } from '../servers/servers.ts'

/** A load generator and servers under test, each of which has people of its own. */
export type Bench = { generator: ChildProcess; people: Map<Server, Credentials[]> }

/** Has `count` people sign up at each server. */
export async function populate(
  generator: ChildProcess,
  servers: readonly Server[],
  count: number,
): Promise<Bench> {
  const people: Bench['people'] = new Map()
  for (const server of servers) {
    generator.send({ kind: 'people', origin: server.url, count })
    people.set(server, (await receive(generator, 'people')).people)
  }
  return { generator, people }
}

/** Measures servers in turn, A B C, so that a machine that drifts drifts for all. */
export async function inTurn(
  bench: Bench,
  servers: readonly Server[],
  operation: string,
  inFlight: number,
): Promise<Figures[]> {
  const figures: Figures[] = []
  for (const server of servers) figures.push(await measure(bench, server, operation, inFlight))
  return figures
}

/**
 * The same again and again, A B C A B C, after a round that is not counted: what a server compiles on
 * the way is not what it does all day.
 */
export async function rounds(
  bench: Bench,
  servers: readonly Server[],
  operation: string,
  inFlight: number,
  runs: number,
): Promise<Figures[]> {
  await inTurn(bench, servers, operation, inFlight)
  const figures: Figures[] = []
  for (let run = 0; run < runs; run++) {
    figures.push(...(await inTurn(bench, servers, operation, inFlight)))
  }
  console.error(`${operation} at ${inFlight}`)
  return figures
}

/** Has an operation prepared. @returns when its first request that counts begins */
export async function begin(
  { generator, people }: Bench,
  server: Server,
  operation: string,
  inFlight: number,
): Promise<void> {
  const { url: origin, address } = server
  generator.send({
    kind: 'run',
    origin,
    address,
    people: people.get(server),
    operation,
    inFlight,
  })
  await receive(generator, 'go')
}

async function measure(
  bench: Bench,
  server: Server,
  operation: string,
  inFlight: number,
): Promise<Figures> {
  const { pid, inside } = server
  const { generator } = bench
  const cpu = () => [pid, inside].map((id) => (id === null ? 0 : cpuOf(id))) as [number, number]
  await begin(bench, server, operation, inFlight)
  const before = cpu()
  const { durations, errors, elapsed, generatorCpu, beside } = await receive(generator, 'done')
  const [own, insides] = cpu().map((now, i) => (now - (before[i] as number)) / durations.length)
  const failed = `${server.name}, ${operation}: ${errors[0]}`
  if (durations.length === 0) throw new Error(failed)
  if (errors.length) console.error(failed)
  return {
    server: server.name,
    operation,
    inFlight,
    errors: errors.length,
    p50: quantile(durations, 0.5),
    p99: quantile(durations, 0.99),
    perSecond: (durations.length / elapsed) * 1000,
    besidePerSecond: (beside / elapsed) * 1000,
    cpu: own as number,
    insideCpu: insides as number,
    peakMemory: peakMemoryOf(pid),
    generatorCpu: generatorCpu / elapsed,
  }
}
