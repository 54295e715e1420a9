import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { startNetwork } from '../world/network.ts'
import type { StockReady } from './stock_pds.ts'

/** A server under test: where it answers, which process it is, and how to ask what it preloaded. */
export type Server = {
  name: ServerName
  url: string
  pid: number
  ask(message: object): Promise<unknown>
}

export const STOCK = 'stock PDS'
/** The stock PDS, but waiting for the disk at every commit. */
export const STOCK_FULL = 'stock PDS, FULL'
export const VESTIBULE = 'Vestibule'

export type ServerName = typeof STOCK | typeof STOCK_FULL | typeof VESTIBULE

export type Servers = {
  stock: Server
  stockFull: Server
  vestibule: Server
  close(): Promise<void>
}

/** SQLite's numbers of `synchronous`: without and with a wait for the disk at a commit. */
const NORMAL = 1
const FULL = 2

/**
 * Starts the stock PDS, as shipped and with `synchronous=FULL`, and Vestibule before a PDS of its
 * own, each in its own process.
 *
 * @param preloads modules that all of them load first, as absolute paths
 * @throws {Error} when a stock PDS does not have the durability that it stands for
 */
export async function startServers(preloads: string[] = []): Promise<Servers> {
  const network = await startNetwork({
    env: { ENTRYWAY_RATE_LIMITS: 'off' },
    program: { preloads },
  })
  const closers = [network.close]
  const close = async () => {
    for (const closer of closers.splice(0).reverse()) await closer()
  }
  const startStock = async (name: ServerName, synchronous: number, modules: string[]) => {
    const child = fork(moduleFile('stock_pds'), {
      env: { ...process.env, BENCH_PLC_URL: network.plc.url },
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
      execArgv: modules.flatMap((file) => ['--import', file]),
    })
    closers.push(() => end(child))
    const [ready] = (await once(child, 'message')) as [StockReady]
    if (ready.synchronous !== synchronous) {
      throw new Error(`${name}: synchronous is ${ready.synchronous}, not ${synchronous}`)
    }
    const ask = async (message: object): Promise<unknown> => {
      child.send(message)
      return (await once(child, 'message'))[0]
    }
    return { name, url: ready.url, pid: child.pid as number, ask }
  }
  try {
    return {
      stock: await startStock(STOCK, NORMAL, preloads),
      stockFull: await startStock(STOCK_FULL, FULL, [...preloads, moduleFile('full_sync')]),
      vestibule: {
        name: VESTIBULE,
        url: network.url,
        pid: network.vestibule.pid as number,
        ask: network.vestibule.ask,
      },
      close,
    }
  } catch (error) {
    await close()
    throw error
  }
}

const moduleFile = (name: string) => fileURLToPath(new URL(`./${name}.ts`, import.meta.url))

export async function end(child: ChildProcess): Promise<void> {
  const ended = once(child, 'exit')
  child.disconnect()
  await ended
}
