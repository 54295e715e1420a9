import { join } from 'node:path'
import { startAround } from './around.ts'
import { type CertificateAuthority, makeCertificateAuthority } from './certificates.ts'
import { makeSecretHex } from './keys.ts'
import { freePort, type Peer } from './loopback.ts'
import { startBalancer } from './servers/balancer.ts'
import type { Dns } from './servers/dns.ts'
import { type Engine, startEngine } from './servers/engine.ts'
import type { Pds } from './servers/pds.ts'
import type { Smtp } from './servers/smtp.ts'
import { makeTemporaryFolder } from './temporary_folder.ts'
import { startTogether } from './together.ts'
import { until } from './until.ts'
import { childEnvironment } from './vestibule/child.ts'
import { makeProgram, type Program } from './vestibule/program.ts'
import { makeVestibuleIdentity, type VestibuleIdentity } from './vestibule/vestibule.ts'

/** Vestibule on several machines: {@link Peer.url} leads to each gateway in turn. */
export type Cluster = Peer & {
  engine: Engine
  runners: Program[]
  gateways: Program[]
  /** Where each gateway is asked by itself. */
  gatewayUrls: string[]
  /** One more, with other settings; not started. */
  makeRunner(name: string, env?: ClusterOptions['env']): Program
  pds: Pds
  smtp: Smtp
  ca: CertificateAuthority
  dns: Dns
  adminPassword: string
}

export type ClusterOptions = {
  runners: number
  gateways: number
  authActors: number
  /** The PDS has the name and the DID of Vestibule, which leads to it. */
  oneName?: boolean
  /** As for {@link startEngine}. */
  runnerLost?: number
  env?: Record<string, string | undefined>
}

/**
 * Starts a Rivet Engine, runners and gateways, each with a data directory of its own, a stock PDS
 * and what it needs.
 */
export async function startCluster(options: ClusterOptions): Promise<Cluster> {
  return startTogether('The cluster', async (keep) => {
    const identity = await makeVestibuleIdentity()
    const folder = await makeTemporaryFolder('cluster')
    keep({ close: folder.remove })
    const ca = keep(await makeCertificateAuthority())
    const { dns, plc, smtp, pds } = await startAround(keep, {
      entryway: identity,
      ...(options.oneName && { publicUrl: identity.url }),
    })
    const engine = keep(await startEngine({ runnerLost: options.runnerLost }))
    const adminPassword = makeSecretHex()
    const shared = {
      ...clusterSettings({
        ...{ identity, pds, smtp, plc, adminPassword },
        engineUrl: engine.url,
        authActors: options.authActors,
      }),
      ...options.env,
    }
    const envOf = (name: string, env: ClusterOptions['env']) =>
      childEnvironment(
        { ca, dns },
        { ...shared, ENTRYWAY_DATA_DIR: join(folder.path, name), ...env },
      )
    const program = (
      file: string,
      name: string,
      upWhen: string,
      env: ClusterOptions['env'] = {},
    ): Program => {
      const made = makeProgram(file, envOf(name, env), upWhen)
      keep({ close: made.stop })
      return made
    }
    const makeRunner = (name: string, env: ClusterOptions['env'] = {}) =>
      program('start_runner.ts', name, 'runner is up', env)
    const runners = Array.from({ length: options.runners }, (_, i) => makeRunner(`runner-${i}`))
    const ports = await Promise.all(Array.from({ length: options.gateways }, freePort))
    const gateways = ports.map((port, i) =>
      program('start_gateway.ts', `gateway-${i}`, 'gateway is up', {
        ENTRYWAY_PORT: String(port),
      }),
    )
    const telling = (error: Error) => {
      const logs = [...runners, ...gateways, engine].map((each) => each.logs)
      const { message = '' } = (error.cause ?? {}) as Error
      throw new Error([error.message, message, ...logs].join('\n'), { cause: error })
    }
    await Promise.all(runners.map((each) => each.start()))
    await Promise.all(gateways.map((each) => each.start()))
    const balanced = ports.map((port) => ({ host: '127.0.0.1', port, health: '/_health' }))
    keep(await startBalancer('127.0.0.1', identity.port, balanced))
    const answers = async () => {
      const health = await fetch(`${identity.url}/_health`)
      if (!health.ok) throw new Error(`/_health is ${health.status}: ${await health.text()}`)
      return true
    }
    await until(answers, 'The cluster does not answer').catch(telling)
    return {
      url: identity.url,
      engine,
      runners,
      gateways,
      gatewayUrls: ports.map((port) => `http://localhost:${port}`),
      makeRunner,
      pds,
      smtp,
      ca,
      dns,
      adminPassword,
    }
  })
}

/** What all gateways and runners of an installation on an engine are told. */
export function clusterSettings(options: {
  identity: VestibuleIdentity
  engineUrl: string
  authActors: number
  pds: Pds
  plc: Peer
  smtp: Peer
  adminPassword: string
}): Record<string, string> {
  const { identity, engineUrl, authActors, pds, plc, smtp, adminPassword } = options
  return {
    RIVET_ENDPOINT: engineUrl,
    ENTRYWAY_DATABASE: 'engine',
    ENTRYWAY_AUTH_ACTORS: String(authActors),
    ENTRYWAY_DEV: '1',
    ENTRYWAY_PUBLIC_URL: identity.url,
    ENTRYWAY_DID: identity.did,
    ENTRYWAY_PDS_URL: pds.url,
    ENTRYWAY_PDS_ADDRESS: pds.address,
    ENTRYWAY_PDS_DID: pds.did,
    ENTRYWAY_PDS_ADMIN_PASSWORD: pds.adminPassword,
    ENTRYWAY_PLC_URL: plc.url,
    ENTRYWAY_HANDLE_DOMAINS: '.test',
    ENTRYWAY_INVITE_REQUIRED: 'false',
    ENTRYWAY_RATE_LIMITS: 'off',
    ENTRYWAY_ADMIN_PASSWORD: adminPassword,
    ENTRYWAY_JWT_KEY_HEX: identity.jwtKeys.privateHex,
    ENTRYWAY_PLC_ROTATION_KEY_HEX: identity.plcRotationKeys.privateHex,
    ENTRYWAY_DPOP_SECRET_HEX: makeSecretHex(),
    ENTRYWAY_SMTP_URL: smtp.url,
    ENTRYWAY_EMAIL_FROM: 'entryway@vestibule.internal',
  }
}
