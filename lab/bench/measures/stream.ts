import { startPlc } from '../../world/servers/plc.ts'
import { startTogether } from '../../world/together.ts'
import { cpuOf, memoryOf } from '../figures/process_figures.ts'
import { receive, startGenerator } from '../load/generator.ts'
import { PACES, STREAM, type StreamResult } from '../load/stream_load.ts'
import type { Pace } from '../load/writers.ts'
import { end, type Server, startWithPdsInside } from '../servers/servers.ts'
import { populate } from './measure.ts'

/** Milliseconds between two looks at the memory. */
const LOOK = 1_000

/** Of one process: CPU in ms, memory in MiB at each look. */
export type Used = { cpu: number; memory: number[] }

/** An event stream, over one way. */
export type Stream = StreamResult & {
  server: string
  pace: Pace
  pds: Used
  /** Null where the PDS is asked directly. */
  gateway: Used | null
}

/**
 * Has everybody write and listen for some minutes: directly at the PDS inside, and through the gateway
 * at another one that is as new.
 */
export async function measureStream(minutes: number): Promise<Stream[]> {
  const streams: Stream[] = []
  for (const pace of PACES) {
    for (const way of ['inside', 'oneName'] as const) {
      streams.push(await measureOne(way, pace, minutes * 60))
    }
  }
  return streams
}

async function measureOne(way: 'inside' | 'oneName', pace: Pace, seconds: number): Promise<Stream> {
  const world = await startTogether('The servers', async (keep) => {
    const plc = keep(await startPlc())
    return keep(await startWithPdsInside(plc.url))
  })
  const generator = await startGenerator()
  try {
    const server = world[way]
    const { people } = await populate(generator, [server], STREAM.writers)
    const watch = watchProcesses(server)
    const { url: origin, address } = server
    generator.send({ kind: 'stream', origin, address, people: people.get(server), seconds, pace })
    const { result } = await receive(generator, 'streamed')
    if (result.errors.length) console.error(`${server.name}, event stream: ${result.errors[0]}`)
    console.error(`event stream, ${server.name}, ${pace.aCommit} a commit`)
    return { server: server.name, pace, ...result, ...watch.end() }
  } finally {
    await end(generator)
    await world.close()
  }
}

function watchProcesses({ pid, inside }: Server) {
  const watched = { pds: watchProcess(inside ?? pid), gateway: inside ? watchProcess(pid) : null }
  const timer = setInterval(() => {
    watched.pds.look()
    watched.gateway?.look()
  }, LOOK)
  return {
    end(): Pick<Stream, 'pds' | 'gateway'> {
      clearInterval(timer)
      return { pds: watched.pds.used(), gateway: watched.gateway?.used() ?? null }
    },
  }
}

function watchProcess(pid: number) {
  const before = cpuOf(pid)
  const memory: number[] = []
  return {
    look: () => void memory.push(memoryOf(pid)),
    used: (): Used => ({ cpu: cpuOf(pid) - before, memory }),
  }
}
