import { execFileSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { setTimeout as wait } from 'node:timers/promises'
import { ACCOUNT_SLEEP } from '../../base/lifetimes.ts'
import { type BenchClient, openClient } from '../clients/lean_client.ts'
import { freePort } from '../world/loopback.ts'
import { makeTemporaryFolder } from '../world/temporary_folder.ts'
import {
  makeVestibuleIdentity,
  startVestibule,
  type Vestibule,
  type VestibuleOptions,
} from '../world/vestibule.ts'
import { seed } from './seed.ts'

/** Milliseconds that accounts have to fall asleep, once they may. */
const FALL_ASLEEP = 30_000

/** Vestibule alone, without a PDS, on accounts that stood in its databases before it started. */
export type Seeded = {
  vestibule: Vestibule
  client: BenchClient
  /** A live refresh token of each account. */
  tokens: string[]
  /** KiB of the data directory before the program opened it. */
  disk: number
  /** Milliseconds until the program answered. */
  ready: number
  /** Resolves when every account actor has been put to sleep; some must have been awake. */
  asleep(): Promise<void>
  close(): Promise<void>
}

/**
 * @param connections how many requests will be in flight
 * @param how it runs otherwise than usual
 */
export async function startSeeded(
  plcUrl: string,
  count: number,
  connections: number,
  how: Pick<VestibuleOptions, 'env' | 'preloads'> = {},
): Promise<Seeded> {
  const data = await makeTemporaryFolder('seeded')
  const identity = await makeVestibuleIdentity()
  const metricsPort = await freePort()
  const pds = { url: 'http://localhost:1', did: 'did:web:localhost%3A1', adminPassword: 'unused' }
  const env = {
    ENTRYWAY_DATA_DIR: data.path,
    ENTRYWAY_DPOP_SECRET_HEX: randomBytes(32).toString('hex'),
    ENTRYWAY_METRICS_PORT: String(metricsPort),
    ENTRYWAY_RATE_LIMITS: 'off',
    // As a first start, which finds no compiled code.
    NODE_DISABLE_COMPILE_CACHE: '1',
  }
  const client = await openClient(identity.url, connections)
  const named = {
    ENTRYWAY_DEV: '1',
    ENTRYWAY_PDS_URL: pds.url,
    ENTRYWAY_PDS_DID: pds.did,
    ENTRYWAY_PDS_ADMIN_PASSWORD: pds.adminPassword,
  }
  const tokens = await seed({ ...env, ...named }, client, count)
  const disk = Number(execFileSync('du', ['-sk', data.path], { encoding: 'utf8' }).split('\t')[0])
  // What the seeder wrote shall not be what the program waits for.
  execFileSync('sync')

  const begun = performance.now()
  const vestibule = await startVestibule({
    ...{ identity, plcUrl, pds, ...how },
    env: { ...env, ...how.env },
  })
  const ready = performance.now() - begun
  return {
    vestibule,
    client,
    tokens,
    disk,
    ready,
    async asleep() {
      const deadline = Date.now() + ACCOUNT_SLEEP + FALL_ASLEEP
      while ((await awakeAccounts(metricsPort)) > 0) {
        if (Date.now() > deadline) throw new Error('The accounts do not fall asleep')
        await wait(500)
      }
    },
    async close() {
      await client.dispatcher.close()
      await vestibule.close()
      await data.remove()
    },
  }
}

async function awakeAccounts(metricsPort: number): Promise<number> {
  const metrics = await (await fetch(`http://127.0.0.1:${metricsPort}/metrics`)).text()
  const awake = metrics.match(/^vestibule_awake_actors\{actor="account"\} (\d+)/m)
  if (!awake) throw new Error('The program does not say how many accounts are awake')
  return Number(awake[1])
}
