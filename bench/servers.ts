import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { startNetwork } from '../world/network.ts'

/** A server under test: where it answers and which process it is. */
export type Server = { name: string; url: string; pid: number }

export type Servers = { stock: Server; vestibule: Server; close(): Promise<void> }

/** Starts the stock PDS alone and Vestibule before a PDS of its own, each in its own process. */
export async function startServers(): Promise<Servers> {
  const network = await startNetwork({ env: { ENTRYWAY_RATE_LIMITS: 'off' } })
  const child = fork(fileURLToPath(new URL('./stock_pds.ts', import.meta.url)), {
    env: { ...process.env, BENCH_PLC_URL: network.plc.url },
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  })
  const [{ url }] = (await once(child, 'message')) as [{ url: string }]
  return {
    stock: { name: 'stock PDS', url, pid: child.pid as number },
    vestibule: { name: 'Vestibule', url: network.url, pid: network.vestibule.pid as number },
    async close() {
      await end(child)
      await network.close()
    },
  }
}

/** Starts a process that talks over IPC. */
export function startGenerator(): ChildProcess {
  return fork(fileURLToPath(new URL('./load.ts', import.meta.url)), { stdio: 'inherit' })
}

export async function end(child: ChildProcess): Promise<void> {
  const ended = once(child, 'exit')
  child.disconnect()
  await ended
}
