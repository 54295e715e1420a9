import { type ChildProcess, spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { getEnginePath } from '@rivetkit/engine-cli'
import { freePort, type Peer } from './loopback.ts'
import { makeTemporaryFolder } from './temporary_folder.ts'

/** Milliseconds the engine has to answer. */
const START_TIMEOUT = 120_000

const WITH_PARENT = fileURLToPath(new URL('./run_with_parent.ts', import.meta.url))

/** A Rivet Engine of its own: {@link Peer.url} is a `RIVET_ENDPOINT`. */
export type Engine = Peer & {
  readonly pid: number | undefined
  dataDir: string
  /** Everything it wrote so far. */
  readonly logs: string
}

/**
 * Starts the real engine on free loopback ports, with its database in a temporary folder.
 *
 * A runner that stops answering counts as lost after 4 s instead of 15, and what was lost is
 * started again without the engine's back-off against crash loops.
 */
export async function startEngine(): Promise<Engine> {
  const folder = await makeTemporaryFolder('engine')
  const [guard, apiPeer, metrics] = [await freePort(), await freePort(), await freePort()]
  const token = randomBytes(16).toString('hex')
  const host = '127.0.0.1'
  const url = `http://${host}:${guard}`
  const config = {
    auth: { admin_token: token },
    guard: { host, port: guard, tcp_nodelay: true },
    api_peer: { host, port: apiPeer },
    metrics: { host, port: metrics },
    file_system: { path: join(folder.path, 'db') },
    telemetry: { enabled: false },
    // On a busy machine it would leave some of its work undone on purpose.
    runtime: {
      worker_load_shedding_curve: [
        [999, 1000],
        [1000, 999],
      ],
    },
    topology: {
      datacenter_label: 1,
      datacenters: {
        default: {
          datacenter_label: 1,
          is_leader: true,
          public_url: url,
          peer_url: `http://${host}:${apiPeer}`,
        },
      },
    },
    pegboard: {
      base_retry_timeout: 100,
      retry_reset_duration: 100,
      reschedule_backoff_max_exponent: 1,
      runner_update_ping_interval_ms: 1_000,
      runner_eligible_threshold: 3_000,
      runner_lost_threshold: 4_000,
    },
  }
  const file = join(folder.path, 'engine.json')
  await writeFile(file, JSON.stringify(config))
  const start = [getEnginePath(), '--config', file, 'start']
  const child = spawn(process.execPath, [WITH_PARENT, 'SIGKILL', ...start], {
    cwd: folder.path,
    env: { PATH: process.env.PATH, HOME: folder.path, RUST_LOG: 'warn' },
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  })
  let pid: number | undefined
  child.once('message', (said) => {
    pid = Number(said)
  })
  let logs = ''
  const keep = (chunk: Buffer) => {
    logs += chunk
  }
  child.stdout?.on('data', keep)
  child.stderr?.on('data', keep)

  const close = async () => {
    if (child.exitCode === null && child.signalCode === null) {
      const exited = once(child, 'exit')
      child.disconnect()
      await exited
    }
    await folder.remove()
  }
  try {
    await untilHealthy(url, child)
  } catch (error) {
    await close()
    throw new Error(`${(error as Error).message}\n${logs}`)
  }
  return {
    url: `http://default:${token}@${host}:${guard}`,
    dataDir: folder.path,
    close,
    get pid() {
      return pid
    },
    get logs() {
      return logs
    },
  }
}

async function untilHealthy(url: string, child: ChildProcess): Promise<void> {
  const deadline = Date.now() + START_TIMEOUT
  while (Date.now() < deadline) {
    if (child.exitCode !== null) throw new Error(`The engine ended with ${child.exitCode}`)
    const answer = await fetch(`${url}/health`).catch(() => undefined)
    if (answer?.ok) return
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
  throw new Error(`The engine did not answer within ${START_TIMEOUT} ms`)
}
