import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import type { CertificateAuthority } from './certificates.ts'
import { childArguments, childEnvironment } from './child.ts'
import type { Dns } from './dns.ts'
import { type Keys, makeKeys, makeSecretHex } from './keys.ts'
import { freePort, type Peer } from './loopback.ts'
import { makeTemporaryFolder } from './temporary_folder.ts'

/** Milliseconds the program has to answer `/_health`, and to end after SIGTERM. */
const START_TIMEOUT = 30_000
const STOP_TIMEOUT = 10_000

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
  pds?: { url: string; did: string; adminPassword: string }
  smtpUrl?: string
  /** Trusted when the program fetches client metadata. */
  ca?: CertificateAuthority
  /** Asked for TXT records: handles of other domains, authorities of lexicons. */
  dns?: Dns
  /** Further settings, or other values for those given here; `undefined` removes one. */
  env?: Record<string, string | undefined>
}

export type Vestibule = Peer & {
  did: string
  adminPassword: string
  dataDir: string
  /** Process id, while it runs. */
  readonly pid: number | undefined
  /** Everything the program wrote to stdout and stderr so far. */
  readonly logs: string
  /** SIGTERM, then waits. @throws Error if the program has not ended after 10 s. */
  stop: () => Promise<void>
  /** SIGKILL, as in a crash. */
  kill: () => Promise<void>
  /** Starts again on the same data and port, stopping first if it runs. */
  restart: () => Promise<void>
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

/** Starts the program itself, as an operator would, and waits until it serves. */
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
    ENTRYWAY_PDS_DID: options.pds?.did,
    ENTRYWAY_PDS_ADMIN_PASSWORD: options.pds?.adminPassword,
    ENTRYWAY_PLC_URL: options.plcUrl,
    ENTRYWAY_HANDLE_DOMAINS: '.test',
    ENTRYWAY_INVITE_REQUIRED: 'false',
    ENTRYWAY_ADMIN_PASSWORD: adminPassword,
    ENTRYWAY_JWT_KEY_HEX: identity.jwtKeys.privateHex,
    ENTRYWAY_PLC_ROTATION_KEY_HEX: identity.plcRotationKeys.privateHex,
    ENTRYWAY_DPOP_SECRET_HEX: makeSecretHex(),
    ENTRYWAY_SMTP_URL: options.smtpUrl,
    ENTRYWAY_EMAIL_FROM: 'entryway@vestibule.internal',
    ...options.env,
  })
  let child: ChildProcess | undefined
  let logs = ''

  const start = async () => {
    const program = fileURLToPath(new URL('../start.ts', import.meta.url))
    child = spawn(process.execPath, [...childArguments, program], {
      env,
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    })
    const keep = (chunk: Buffer) => {
      logs += chunk
    }
    child.stdout?.on('data', keep)
    child.stderr?.on('data', keep)
    await untilHealthy(identity.url, child).catch(async (error: Error) => {
      await end('SIGKILL')
      throw new Error(`${error.message}\n${logs}`)
    })
  }
  const end = async (signal: NodeJS.Signals) => {
    const running = child
    child = undefined
    if (!running || running.exitCode !== null || running.signalCode !== null) return
    const exited = once(running, 'exit', { signal: AbortSignal.timeout(STOP_TIMEOUT) })
    running.kill(signal)
    await exited.catch(() => {
      running.kill('SIGKILL')
      throw new Error(`Still running ${STOP_TIMEOUT} ms after ${signal}\n${logs}`)
    })
  }
  const stop = () => end('SIGTERM')

  await start().catch(async (error: Error) => {
    await folder.remove()
    throw error
  })
  return {
    url: identity.url,
    did: identity.did,
    adminPassword,
    dataDir: folder.path,
    get pid() {
      return child?.pid
    },
    get logs() {
      return logs
    },
    stop,
    kill: () => end('SIGKILL'),
    restart: async () => {
      await stop()
      await start()
    },
    close: () => stop().finally(folder.remove),
  }
}

async function untilHealthy(url: string, child: ChildProcess): Promise<void> {
  const deadline = Date.now() + START_TIMEOUT
  while (Date.now() < deadline) {
    if (child.exitCode !== null) throw new Error(`Vestibule ended with ${child.exitCode}`)
    const answer = await fetch(`${url}/_health`).catch(() => undefined)
    if (answer?.ok) return
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
  throw new Error(`Vestibule did not answer within ${START_TIMEOUT} ms`)
}
