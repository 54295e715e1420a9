import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { startNetwork } from '../world/network.ts'

/** A server under test: where it answers, which process it is, and how to ask what it preloaded. */
export type Server = {
  name: string
  url: string
  pid: number
  ask(message: object): Promise<unknown>
}

export type Servers = { stock: Server; vestibule: Server; close(): Promise<void> }

/**
 * Starts the stock PDS alone and Vestibule before a PDS of its own, each in its own process.
 *
 * @param preloads modules that both load first, as absolute paths
 */
export async function startServers(preloads: string[] = []): Promise<Servers> {
  const network = await startNetwork({
    env: { ENTRYWAY_RATE_LIMITS: 'off' },
    program: { preloads },
  })
  const child = fork(fileURLToPath(new URL('./stock_pds.ts', import.meta.url)), {
    env: { ...process.env, BENCH_PLC_URL: network.plc.url },
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    execArgv: preloads.flatMap((file) => ['--import', file]),
  })
  const [{ url }] = (await once(child, 'message')) as [{ url: string }]
  return {
    stock: {
      name: 'stock PDS',
      url,
      pid: child.pid as number,
      ask: async (message) => {
        child.send(message)
        return (await once(child, 'message'))[0]
      },
    },
    vestibule: {
      name: 'Vestibule',
      url: network.url,
      pid: network.vestibule.pid as number,
      ask: network.vestibule.ask,
    },
    async close() {
      await end(child)
      await network.close()
    },
  }
}

export async function end(child: ChildProcess): Promise<void> {
  const ended = once(child, 'exit')
  child.disconnect()
  await ended
}
