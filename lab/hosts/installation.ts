import { randomBytes } from 'node:crypto'
import { mkdirSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { stripVTControlCharacters } from 'node:util'
import { getEnginePath } from '@rivetkit/engine-cli'
import { startAround } from '../world/around.ts'
import { makeCertificateAuthority } from '../world/certificates.ts'
import { clusterSettings } from '../world/cluster.ts'
import { makeSecretHex } from '../world/keys.ts'
import { freePort } from '../world/loopback.ts'
import { startBalancer } from '../world/servers/balancer.ts'
import { engineConfig } from '../world/servers/engine.ts'
import { makeTemporaryFolder } from '../world/temporary_folder.ts'
import { startTogether } from '../world/together.ts'
import { answers, until } from '../world/until.ts'
import { childEnvironment } from '../world/vestibule/child.ts'
import { makeProgram, type Program } from '../world/vestibule/program.ts'
import { makeVestibuleIdentity } from '../world/vestibule/vestibule.ts'
import { type ListedActor, listActors } from './engine_api.ts'
import { type Host, on } from './lan.ts'
import { makeNats, makePostgres, makeService, type Service } from './storage.ts'

/** What an engine node writes. */
const BEGINS_TO_LEAD = /acquired udb postgres leader lease.*?epoch=(\d+)/g
/** What a node writes that goes on, and may come to lead, but starts no actor any more. */
const WORKER_ENDED = 'worker errored'
const ENGINE = 6420
const API_PEER = 6421
const GATEWAY = 2600

/** What runs on one host, and may be killed and started again. */
type Part = Pick<Service, 'start' | 'kill'> & { readonly logs: string }

/** Vestibule on several machines, with an engine of two nodes. */
export type HostedInstallation = {
  url: string
  parts: Record<string, Part>
  /** The engine node that leads: it alone applies what is written. */
  leader(): string
  /** @throws {Error} when the engine does not answer within two minutes */
  actors(): Promise<ListedActor[]>
  /** What PostgreSQL has committed so far. */
  committed: Awaited<ReturnType<typeof makePostgres>>['committed']
  close(): Promise<void>
}

/**
 * Starts everything, each part on the host of its name. This process is on the host `world`.
 *
 * @param runnerLost `pegboard.runner_lost_threshold` of the engine, ms
 */
export async function startInstallation(
  hosts: Host[],
  runnerLost: number,
): Promise<HostedInstallation> {
  const hostOf = (name: string) => hosts.find((host) => host.name === name) as Host
  return startTogether('The installation', async (keep) => {
    const identity = await makeVestibuleIdentity()
    const folder = await makeTemporaryFolder('hosts')
    keep({ close: folder.remove })
    const ca = keep(await makeCertificateAuthority())
    const { dns, plc, smtp, pds } = await startAround(keep, { entryway: identity })
    const postgres = keep(await makePostgres(hostOf('postgres')))
    const nats = keep(await makeNats(hostOf('nats')))

    const token = randomBytes(16).toString('hex')
    const [enginePort, peerPort] = [await freePort(), await freePort()]
    const world = hostOf('world').address
    const config = engineConfig({
      ...{ host: '0.0.0.0', guard: ENGINE, apiPeer: API_PEER, metrics: 6430, token },
      url: `http://${world}:${enginePort}`,
      peerUrl: `http://${world}:${peerPort}`,
      runnerLost,
      runnerPing: 5_000,
      storage: { postgres: { url: postgres.url }, nats: { addresses: [nats.address] } },
    })
    const names = ['engine-0', 'engine-1']
    const engines = await Promise.all(
      names.map(async (name) => {
        const home = join(folder.path, name)
        mkdirSync(home)
        const file = join(home, 'engine.json')
        await writeFile(file, JSON.stringify(config))
        const { address } = hostOf(name)
        return makeService(
          on(hostOf(name), [getEnginePath(), '--config', file, 'start']),
          home,
          () => answers(`http://${address}:${ENGINE}/health`),
          { RUST_LOG: 'warn,universaldb=info' },
          WORKER_ENDED,
        )
      }),
    )
    for (const engine of engines) {
      keep(engine)
      // The first one makes the tables.
      await engine.start()
    }
    const serversOf = (which: string[], port: number, health: string) =>
      which.map((name) => ({ host: hostOf(name).address, port, health }))
    keep(await startBalancer('0.0.0.0', enginePort, serversOf(names, ENGINE, '/health')))
    keep(await startBalancer('0.0.0.0', peerPort, serversOf(names, API_PEER, '/health')))

    const shared = clusterSettings({
      ...{ identity, pds, smtp, plc, authActors: 3, adminPassword: makeSecretHex() },
      engineUrl: `http://default:${token}@127.0.0.1:${enginePort}`,
    })
    const program = (file: string, name: string, upWhen: string): Program => {
      const env = childEnvironment(
        { ca, dns },
        {
          ...shared,
          // As people have them: the counter of a limit has an owner that may be away.
          ENTRYWAY_RATE_LIMITS: 'on',
          ENTRYWAY_DATA_DIR: join(folder.path, name),
          ENTRYWAY_HOST: '0.0.0.0',
          ENTRYWAY_PORT: String(GATEWAY),
        },
      )
      const made = makeProgram(file, env, upWhen, on(hostOf(name), []))
      keep({ close: made.kill })
      return made
    }
    const runners = [0, 1, 2].map((i) => program('start_runner.ts', `runner-${i}`, 'runner is up'))
    const gateways = [0, 1].map((i) => program('start_gateway.ts', `gateway-${i}`, 'gateway is up'))
    const parts: Record<string, Part> = { postgres, nats }
    engines.forEach((engine, i) => {
      parts[`engine-${i}`] = engine
    })
    runners.forEach((runner, i) => {
      parts[`runner-${i}`] = runner
    })
    gateways.forEach((gateway, i) => {
      parts[`gateway-${i}`] = gateway
    })
    const telling = (error: Error) => {
      const logs = Object.entries(parts).map(
        ([name, part]) => `${name}: ${part.logs.slice(-4_000)}`,
      )
      throw new Error([error.message, ...logs].join('\n'), { cause: error })
    }
    await Promise.all(runners.map((each) => each.start())).catch(telling)
    await Promise.all(gateways.map((each) => each.start())).catch(telling)
    keep(
      await startBalancer(
        '127.0.0.1',
        identity.port,
        serversOf(['gateway-0', 'gateway-1'], GATEWAY, '/_health'),
      ),
    )
    await until(() => answers(`${identity.url}/_health`), 'It does not answer').catch(telling)
    return {
      url: identity.url,
      parts,
      leader: () => leaderOf(names, (name) => parts[name]?.logs ?? ''),
      // A node that was just cut off or killed leaves the others slow, too.
      actors: () =>
        until(
          () => listActors(`http://127.0.0.1:${enginePort}`, token),
          'The engine does not say which actors it has',
        ),
      committed: postgres.committed,
    }
  })
}

/** The one that has begun to lead last. Each time that one begins, the epoch is one more. */
function leaderOf(names: string[], logsOf: (name: string) => string): string {
  const epochOf = (name: string) => {
    const began = stripVTControlCharacters(logsOf(name)).matchAll(BEGINS_TO_LEAD)
    return Math.max(0, ...[...began].map(([, epoch]) => Number(epoch)))
  }
  const epochs = names.map((name) => ({ name, epoch: epochOf(name) }))
  const { name, epoch } = epochs.reduce((one, other) => (other.epoch > one.epoch ? other : one))
  if (epoch === 0) throw new Error('No engine node says that it leads')
  return name
}
