import { setTimeout as wait } from 'node:timers/promises'
import type { Credentials } from '../../clients/headless_sign_in.ts'
import { Delays, listen } from './listener.ts'
import { type Pace, write } from './writers.ts'

export const STREAM = { listeners: 50, writers: 32 }

/** As many posts, by a commit for each, which is one thread's work at the PDS, and by fewer. */
export const PACES: readonly Pace[] = [
  { perSecond: 200, aCommit: 1 },
  { perSecond: 200, aCommit: 4 },
]

/** Milliseconds that the last event may take to be heard by all. */
const LAST = 30_000

export type StreamRequest = {
  kind: 'stream'
  origin: string
  address: string
  people: Credentials[]
  seconds: number
  pace: Pace
}

/** Delays in ms; the generator's own CPU in ms. */
export type StreamResult = {
  /** Acknowledged. */
  commits: number
  errors: string[]
  elapsed: number
  generatorCpu: number
  /** Events that were heard, by all listeners together. */
  heard: number
  /** Events that were not heard: one for each commit at each listener. */
  lost: number
  disordered: number
  p50: number
  p99: number
}

/** People write, and everybody who listens is told. */
export async function stream({
  origin,
  address,
  people,
  seconds,
  pace,
}: StreamRequest): Promise<StreamResult> {
  const delays = new Delays()
  const listeners = await Promise.all(
    Array.from({ length: STREAM.listeners }, () => listen(address, delays)),
  )
  const cpu = process.cpuUsage()
  const written = await write(origin, people, { address, seconds, ...pace })
  const { user, system } = process.cpuUsage(cpu)
  const isDone = () =>
    listeners.every(({ commits, isOver }) => isOver || commits >= written.commits)
  for (const deadline = Date.now() + LAST; !isDone() && Date.now() < deadline; ) await wait(50)
  const sum = (of: (one: (typeof listeners)[number]) => number) =>
    listeners.reduce((all, one) => all + of(one), 0)
  const result = {
    ...written,
    generatorCpu: (user + system) / 1000,
    heard: sum(({ commits }) => commits),
    lost: sum(({ commits }) => Math.max(0, written.commits - commits)),
    disordered: sum(({ disordered }) => disordered),
    p50: delays.quantile(0.5),
    p99: delays.quantile(0.99),
  }
  await Promise.all(listeners.map((listener) => listener.close()))
  return result
}
