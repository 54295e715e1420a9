import { type ChildProcess, fork, type StdioOptions } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { registerOpenidClient } from '../../clients/openid_client.ts'
import { startNetwork } from '../../world/network.ts'
import { startPlc } from '../../world/servers/plc.ts'
import { makeTemporaryFolder } from '../../world/temporary_folder.ts'
import { startTogether } from '../../world/together.ts'
import { argumentsOf } from '../../world/vestibule/child.ts'
import { pdsInside } from '../../world/vestibule/pds_inside.ts'
import { startVestibule, type Vestibule } from '../../world/vestibule/vestibule.ts'
import type { StockReady } from './stock_pds.ts'

/** A server under test: where it answers, which process it is, and how to ask what it preloaded. */
export type Server = {
  name: ServerName
  /** Where people sign in. */
  url: string
  /** Where the requests go that are measured. */
  address: string
  pid: number
  /** The process of the PDS inside, where that is another one. */
  inside: number | null
  ask(message: object): Promise<unknown>
}

export const STOCK = 'stock PDS'
/** The stock PDS, but waiting for the disk at every commit. */
export const STOCK_FULL = 'stock PDS, FULL'
export const VESTIBULE = 'Vestibule'
/** A server that does only what none can leave out (`floor/`). */
export const FLOOR = 'floor'
/** The PDS inside Vestibule, asked on its own port. */
export const INSIDE = 'PDS inside'
/** The OpenID provider beneath Vestibule's, with its storage in memory. */
export const ALONE = 'oidc-provider alone'
/** The same through the gateway, which has the name of both. */
export const ONE_NAME = 'one name'

export type ServerName =
  | typeof STOCK
  | typeof STOCK_FULL
  | typeof VESTIBULE
  | typeof FLOOR
  | typeof INSIDE
  | typeof ALONE
  | typeof ONE_NAME

type Closable = { close(): Promise<void> }

export type Servers = Closable & {
  stock: Server
  stockFull: Server
  vestibule: Server
  floor: Server
}

/** A stock PDS alone; and the one inside Vestibule, without and with the gateway before it. */
export type OneName = Closable & { alone: Server; inside: Server; oneName: Server }

/** SQLite's numbers of `synchronous`: without and with a wait for the disk at a commit. */
const NORMAL = 1
const FULL = 2

/**
 * Starts the stock PDS, as shipped and with `synchronous=FULL`, Vestibule before a PDS of its own, and
 * the floor, each in its own process.
 *
 * @param preloads modules that all of them load first, as absolute paths
 * @throws {Error} when a stock PDS does not have the durability that it stands for
 */
export function startServers(preloads: string[] = []): Promise<Servers> {
  return startTogether('The servers', async (keep) => {
    const network = keep(
      await startNetwork({
        env: { ENTRYWAY_RATE_LIMITS: 'off' },
        program: { preloads },
      }),
    )
    const plcUrl = network.plc.url
    const full = [...preloads, moduleFile('full_sync')]
    return {
      stock: keep(await startStock(STOCK, plcUrl, NORMAL, preloads)),
      stockFull: keep(await startStock(STOCK_FULL, plcUrl, FULL, full)),
      vestibule: serverOf(VESTIBULE, network.vestibule),
      floor: keep(await startFloor(network.vestibule.url, preloads)),
    }
  })
}

/** Starts Vestibule before a stock PDS. */
export function startEntryway(): Promise<Closable & { vestibule: Server }> {
  return startTogether('The servers', async (keep) => {
    const network = keep(await startNetwork({ env: { ENTRYWAY_RATE_LIMITS: 'off' } }))
    return { vestibule: serverOf(VESTIBULE, network.vestibule) }
  })
}

/** Starts Vestibule before a stock PDS, and the OpenID provider alone; each has the lab's client. */
export function startOpenid(): Promise<Closable & { alone: Server; vestibule: Server }> {
  return startTogether('The servers', async (keep) => {
    const network = keep(await startNetwork({ env: { ENTRYWAY_RATE_LIMITS: 'off' } }))
    await registerOpenidClient(network)
    const vestibule = serverOf(VESTIBULE, network.vestibule)
    const alone = keep(await startChild(ALONE, 'openid_alone'))
    return { alone, vestibule: { ...vestibule, address: `${vestibule.url}/openid` } }
  })
}

/** Starts a stock PDS alone and Vestibule with a PDS inside, both as shipped. */
export function startOneName(): Promise<OneName> {
  return startTogether('The servers', async (keep) => {
    const { url: plcUrl } = keep(await startPlc())
    const alone = keep(await startStock(STOCK, plcUrl, NORMAL))
    return { alone, ...keep(await startWithPdsInside(plcUrl)) }
  })
}

/** Starts Vestibule with a PDS inside. */
export async function startWithPdsInside(plcUrl: string): Promise<Omit<OneName, 'alone'>> {
  const env = { ENTRYWAY_RATE_LIMITS: 'off' }
  const vestibule = await startVestibule({ plcUrl, embeddedPds: true, env })
  const { pid, port } = pdsInside(vestibule)
  const oneName = { ...serverOf(ONE_NAME, vestibule), inside: pid }
  const address = `http://127.0.0.1:${port}`
  return {
    oneName,
    inside: { ...oneName, name: INSIDE, address, pid, inside: null },
    close: vestibule.close,
  }
}

function serverOf(name: ServerName, { url, pid, ask }: Vestibule): Server {
  return { name, url, address: url, pid: pid as number, inside: null, ask }
}

/** @param synchronous what it is checked to have */
export async function startStock(
  name: ServerName,
  plcUrl: string,
  synchronous = NORMAL,
  modules: string[] = [],
): Promise<Server & Closable> {
  const { ready, ...server } = await startChild<StockReady>(name, 'stock_pds', {
    env: { BENCH_PLC_URL: plcUrl },
    execArgv: importing(modules),
  })
  if (ready.synchronous !== synchronous) {
    await server.close()
    throw new Error(`${name}: synchronous is ${ready.synchronous}, not ${synchronous}`)
  }
  return server
}

/**
 * Starts the floor, with V8's flags as the program has them.
 *
 * @param vestibule the origin of one, whose metadata it answers with
 * @param preloads modules that it loads first, as absolute paths
 * @returns also the folder of its database
 */
export async function startFloor(
  vestibule: string,
  preloads: string[] = [],
): Promise<Server & Closable & { folder: string }> {
  const folder = await makeTemporaryFolder('floor')
  const { ready, ...server } = await startChild(FLOOR, '../floor/process', {
    args: [folder.path, vestibule],
    execArgv: [...argumentsOf('start').slice(0, -1), ...importing(preloads)],
  })
  const close = async () => {
    await server.close()
    await folder.remove()
  }
  return { ...server, folder: folder.path, close }
}

type Child = { args?: string[]; env?: NodeJS.ProcessEnv; execArgv?: string[] }

/** Starts a module of this folder as a server of its own. @returns also what it says once it answers */
async function startChild<R extends { url: string }>(
  name: ServerName,
  module: string,
  { args = [], env = {}, execArgv = [] }: Child = {},
): Promise<Server & Closable & { ready: R }> {
  const stdio: StdioOptions = ['ignore', 'ignore', 'inherit', 'ipc']
  const options = { env: { ...process.env, ...env }, stdio, execArgv }
  const child = fork(moduleFile(module), args, options)
  const ended = once(child, 'exit').then(() => {
    throw new Error(`${name} has ended`)
  })
  const said = async () => (await Promise.race([once(child, 'message'), ended]))[0]
  const ready: R = await said()
  const ask = (message: object): Promise<unknown> => {
    child.send(message)
    return said()
  }
  const { url } = ready
  const place = { url, address: url, pid: child.pid as number, inside: null }
  return { name, ...place, ready, ask, close: () => end(child) }
}

const moduleFile = (name: string) => fileURLToPath(new URL(`./${name}.ts`, import.meta.url))
const importing = (files: string[]) => files.flatMap((file) => ['--import', file])

/** Ends a child that ends when it is let go. */
export async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const ended = once(child, 'exit')
  child.disconnect()
  await ended
}
