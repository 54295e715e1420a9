import { startPlc } from '../world/plc.ts'
import { startTogether } from '../world/together.ts'
import { receive, startGenerator } from './generator.ts'
import { populate } from './measure.ts'
import { cpuOf, memoryOf } from './process_figures.ts'
import { end, type Server, startWithPdsInside } from './servers.ts'
import { STREAM, type StreamResult } from './stream_load.ts'

/** Milliseconds between two looks at the memory. */
const LOOK = 1_000

/** Of one process: CPU in ms, memory in MiB at each look. */
export type Used = { cpu: number; memory: number[] }

/** An event stream, over one way. */
export type Stream = StreamResult & {
  server: string
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
  for (const way of ['inside', 'oneName'] as const) {
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
      const seconds = minutes * 60
      generator.send({ kind: 'stream', origin, address, people: people.get(server), seconds })
      const { result } = await receive(generator, 'streamed')
      if (result.errors.length) console.error(`${server.name}, event stream: ${result.errors[0]}`)
      streams.push({ server: server.name, ...result, ...watch.end() })
      console.error(`event stream, ${server.name}`)
    } finally {
      await end(generator)
      await world.close()
    }
  }
  return streams
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
