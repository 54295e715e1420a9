import { randomBytes } from 'node:crypto'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { getEnginePath } from '@rivetkit/engine-cli'
import { freePort, type Peer } from '../loopback.ts'
import { startOutsider } from '../processes/with_parent.ts'
import { makeTemporaryFolder } from '../temporary_folder.ts'
import { answers, until } from '../until.ts'

/** A Rivet Engine of its own: {@link Peer.url} is a `RIVET_ENDPOINT`. */
export type Engine = Peer & {
  readonly pid: number | undefined
  dataDir: string
  /** Everything it wrote so far. */
  readonly logs: string
}

/** Where an engine listens and is reached, and where it keeps what it knows. */
export type EngineOptions = {
  host: string
  /** Ports. */
  guard: number
  apiPeer: number
  metrics: number
  token: string
  /** Where clients and runners, and other engines, reach it or another node of it. */
  url: string
  peerUrl: string
  storage: { file_system: object } | { postgres: object; nats: object }
  /** Milliseconds of silence after which a runner counts as lost. */
  runnerLost: number
  /** Milliseconds that a runner has to answer a ping: until then the engine writes signs of life in its name. */
  runnerPing: number
  /** Milliseconds that an actor has to stop; 30 s without. */
  actorStop?: number
}

/** The settings of an engine. What was lost is started again without its back-off against crash loops. */
export function engineConfig(options: EngineOptions): object {
  const { host, guard, apiPeer, metrics, token, url, peerUrl, storage, runnerLost, runnerPing } =
    options
  return {
    ...storage,
    auth: { admin_token: token },
    guard: { host, port: guard, tcp_nodelay: true },
    api_peer: { host, port: apiPeer },
    metrics: { host, port: metrics },
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
        default: { datacenter_label: 1, is_leader: true, public_url: url, peer_url: peerUrl },
      },
    },
    pegboard: {
      base_retry_timeout: 100,
      retry_reset_duration: 100,
      reschedule_backoff_max_exponent: 1,
      runner_update_ping_interval_ms: 1_000,
      runner_ping_timeout_ms: runnerPing,
      runner_eligible_threshold: runnerLost - 1_000,
      runner_lost_threshold: runnerLost,
      ...(options.actorStop && { actor_stop_threshold: options.actorStop }),
    },
  }
}

/**
 * Starts the real engine on free loopback ports, with its database in a temporary folder.
 *
 * @param options.runnerLost as {@link EngineOptions.runnerLost}; 15 s without, as an engine has it unless set. On a
 * busy machine a shorter one lets runners go that are well
 * @param options.actorStop as {@link EngineOptions.actorStop}
 */
export async function startEngine({
  runnerLost = 15_000,
  actorStop,
}: Partial<Pick<EngineOptions, 'runnerLost' | 'actorStop'>> = {}): Promise<Engine> {
  const folder = await makeTemporaryFolder('engine')
  const [guard, apiPeer, metrics] = [await freePort(), await freePort(), await freePort()]
  const token = randomBytes(16).toString('hex')
  const host = '127.0.0.1'
  const url = `http://${host}:${guard}`
  const config = engineConfig({
    ...{ host, guard, apiPeer, metrics, token, url },
    peerUrl: `http://${host}:${apiPeer}`,
    storage: { file_system: { path: join(folder.path, 'db') } },
    ...{ runnerLost, actorStop },
    // Longer than any test lets it stand still: afterwards it would end the connection of a runner instead of letting
    // the runner go, and the runner would come back by itself.
    runnerPing: 60_000,
  })
  const file = join(folder.path, 'engine.json')
  await writeFile(file, JSON.stringify(config))
  const engine = startOutsider('SIGKILL', [getEnginePath(), '--config', file, 'start'], {
    cwd: folder.path,
    env: { PATH: process.env.PATH, HOME: folder.path, RUST_LOG: 'warn' },
  })
  const close = async () => {
    await engine.end()
    await folder.remove()
  }
  const isUp = async () => engine.exitCode !== null || (await answers(`${url}/health`))
  try {
    await until(isUp, 'The engine did not answer')
    if (engine.exitCode !== null) throw new Error(`The engine ended with ${engine.exitCode}`)
  } catch (error) {
    await close()
    throw new Error(`${(error as Error).message}\n${engine.logs}`, { cause: error })
  }
  return {
    url: `http://default:${token}@${host}:${guard}`,
    dataDir: folder.path,
    close,
    get pid() {
      return engine.pid
    },
    get logs() {
      return engine.logs
    },
  }
}
