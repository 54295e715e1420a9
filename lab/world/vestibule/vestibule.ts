import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import type { CertificateAuthority } from '../certificates.ts'
import { type Keys, makeKeys, makeSecretHex } from '../keys.ts'
import { freePort, type Peer } from '../loopback.ts'
import type { Dns } from '../servers/dns.ts'
import { makeTemporaryFolder } from '../temporary_folder.ts'
import { answers, until } from '../until.ts'
import { argumentsOf, childArguments, childEnvironment, childFolder } from './child.ts'
import { assertAllHandled } from './logs.ts'
import { mounted } from './mounted.ts'

/** Milliseconds the program has to end after SIGTERM. */
const STOP_TIMEOUT = 60_000

/** What is decided before the program starts, so that its PDS can be told. */
export type VestibuleIdentity = {
  port: number
  url: string
  did: string
  jwtKeys: Keys
  plcRotationKeys: Keys
}

export type VestibuleOptions = {
  identity?: VestibuleIdentity
  plcUrl: string
  pds?: { url: string; address?: string; did: string; adminPassword: string }
  /** Without a PDS, whether the program runs one itself. */
  embeddedPds?: boolean
  smtpUrl?: string
  /** Trusted when the program fetches client metadata. */
  ca?: CertificateAuthority
  /** Asked for TXT records: handles of other domains, authorities of lexicons. */
  dns?: Dns
  /** Gateway and runner as two processes, as on several machines. */
  split?: boolean
  /** Modules that each process loads before the program, as absolute paths. */
  preloads?: string[]
  /** Bytes of a file system of its own for the data directory, which is empty at each start. */
  disk?: number
  /** Further settings, or other values for those given here; `undefined` removes one. */
  env?: Record<string, string | undefined>
}

/** The runner answers by itself, as the whole program, unless it is split. */
export type ProcessName = 'gateway' | 'runner'

export type Vestibule = Peer & {
  did: string
  adminPassword: string
  dataDir: string
  /** The program's settings, for other programs of the same installation. */
  env: NodeJS.ProcessEnv
  /** Process id of the runner, while it runs. */
  readonly pid: number | undefined
  /** Everything the program wrote to stdout and stderr so far. */
  readonly logs: string
  /**
   * SIGTERM, then waits.
   *
   * @throws {Error} if the program has not ended after a minute, or logged an unhandled rejection
   */
  stop: () => Promise<void>
  /** SIGKILL, as in a crash; of one process only where there are two. */
  kill: (which?: ProcessName) => Promise<void>
  /** Starts whatever does not run, on the same data and port, and waits until it serves. */
  start: () => Promise<void>
  /** Starts again on the same data and port, stopping first if it runs. */
  restart: () => Promise<void>
  /** Sends a message to what was preloaded into the runner. */
  send: (message: object) => void
  /** Asks what was preloaded into the runner, and resolves to what it says. */
  ask: (message: object) => Promise<unknown>
  /** Resolves when the runner has ended, however. */
  ended: () => Promise<void>
}

/** Picks a port and makes the keys for a Vestibule that is started later. */
export async function makeVestibuleIdentity(): Promise<VestibuleIdentity> {
  const port = await freePort()
  return {
    port,
    url: `http://localhost:${port}`,
    did: `did:web:localhost%3A${port}`,
    jwtKeys: await makeKeys(),
    plcRotationKeys: await makeKeys(),
  }
}

/**
 * Starts the program itself, as an operator would, and waits until it serves. With
 * `WORLD_AUTH_ACTORS` in the environment it has that many auth actors, and with `WORLD_DIRECTORIES` a
 * directory in that many parts.
 */
export async function startVestibule(options: VestibuleOptions): Promise<Vestibule> {
  const identity = options.identity ?? (await makeVestibuleIdentity())
  const folder = await makeTemporaryFolder('data')
  const adminPassword = makeSecretHex()
  const env = childEnvironment(options, {
    ENTRYWAY_DEV: '1',
    ENTRYWAY_PUBLIC_URL: identity.url,
    ENTRYWAY_NAME: 'Vestibule',
    ENTRYWAY_PORT: String(identity.port),
    ENTRYWAY_DATA_DIR: folder.path,
    ENTRYWAY_DID: identity.did,
    ENTRYWAY_PDS_URL: options.pds?.url,
    ENTRYWAY_PDS_ADDRESS: options.pds?.address,
    ENTRYWAY_PDS_DID: options.pds?.did,
    ENTRYWAY_PDS_ADMIN_PASSWORD: options.pds?.adminPassword,
    ENTRYWAY_EMBEDDED_PDS: options.embeddedPds ? 'on' : 'off',
    ENTRYWAY_PLC_URL: options.plcUrl,
    ENTRYWAY_HANDLE_DOMAINS: '.test',
    ENTRYWAY_INVITE_REQUIRED: 'false',
    ENTRYWAY_ADMIN_PASSWORD: adminPassword,
    ENTRYWAY_JWT_KEY_HEX: identity.jwtKeys.privateHex,
    ENTRYWAY_PLC_ROTATION_KEY_HEX: identity.plcRotationKeys.privateHex,
    ENTRYWAY_DPOP_SECRET_HEX: makeSecretHex(),
    ENTRYWAY_SMTP_URL: options.smtpUrl,
    ENTRYWAY_EMAIL_FROM: 'entryway@vestibule.internal',
    ENTRYWAY_AUTH_ACTORS: process.env.WORLD_AUTH_ACTORS,
    ENTRYWAY_DIRECTORIES: process.env.WORLD_DIRECTORIES,
    ...options.env,
  })
  const programs: [ProcessName, Parameters<typeof argumentsOf>[0]][] = options.split
    ? [
        ['runner', 'start:runner'],
        ['gateway', 'start:gateway'],
      ]
    : [['runner', 'start']]
  if (options.split) env.ENTRYWAY_ACTOR_PORT ??= String(await freePort())
  const preloads = (options.preloads ?? []).flatMap((file) => ['--import', file])
  const children = new Map<ProcessName, ChildProcess>()
  let logs = ''

  const start = async () => {
    for (const [name, script] of programs) {
      if (isRunning(children.get(name))) continue
      const [command, ...before] = options.disk
        ? [...mounted(folder.path, `size=${options.disk},mode=700`), process.execPath]
        : [process.execPath]
      const child = spawn(
        command as string,
        [...before, ...childArguments, ...preloads, ...argumentsOf(script)],
        { env, cwd: childFolder, stdio: ['ignore', 'pipe', 'pipe', 'ipc'] },
      )
      const keep = (chunk: Buffer) => {
        logs += chunk
      }
      child.stdout?.on('data', keep)
      child.stderr?.on('data', keep)
      children.set(name, child)
    }
    await untilHealthy(`http://localhost:${identity.port}`, [...children.values()]).catch(
      async (error: Error) => {
        await endAll('SIGKILL')
        throw new Error(`${error.message}\n${logs}`)
      },
    )
  }
  const end = async (name: ProcessName, signal: NodeJS.Signals) => {
    const running = children.get(name)
    children.delete(name)
    if (!running || !isRunning(running)) return
    const exited = once(running, 'close', { signal: AbortSignal.timeout(STOP_TIMEOUT) })
    running.kill(signal)
    await exited.catch(() => {
      running.kill('SIGKILL')
      throw new Error(`Still running ${STOP_TIMEOUT} ms after ${signal}\n${logs}`)
    })
  }
  const endAll = async (signal: NodeJS.Signals) => {
    for (const [name] of programs.toReversed()) await end(name, signal)
    assertAllHandled(logs)
  }
  const stop = () => endAll('SIGTERM')

  await start().catch(async (error: Error) => {
    await folder.remove()
    throw error
  })
  return {
    url: identity.url,
    did: identity.did,
    adminPassword,
    dataDir: folder.path,
    env,
    get pid() {
      return children.get('runner')?.pid
    },
    get logs() {
      return logs
    },
    stop,
    kill: (which) => (which ? end(which, 'SIGKILL') : endAll('SIGKILL')),
    start,
    restart: async () => {
      await stop()
      await start()
    },
    send: (message) => void children.get('runner')?.send(message),
    ask: async (message) => {
      const runner = children.get('runner')
      if (!runner) throw new Error('Vestibule does not run')
      const answer = once(runner, 'message', { signal: AbortSignal.timeout(STOP_TIMEOUT) })
      runner.send(message)
      return (await answer)[0]
    },
    ended: async () => {
      const runner = children.get('runner')
      if (runner && isRunning(runner)) await once(runner, 'exit')
    },
    close: () => stop().finally(folder.remove),
  }
}

function isRunning(child: ChildProcess | undefined): boolean {
  return child !== undefined && child.exitCode === null && child.signalCode === null
}

async function untilHealthy(url: string, children: ChildProcess[]): Promise<void> {
  const findEnded = () => children.find((child) => !isRunning(child))
  await until(async () => !!findEnded() || answers(`${url}/_health`), 'Vestibule does not answer')
  const ended = findEnded()
  if (ended) throw new Error(`Vestibule ended with ${ended.exitCode ?? ended.signalCode}`)
}
