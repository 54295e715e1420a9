import { execFileSync } from 'node:child_process'
import { setTimeout as wait } from 'node:timers/promises'
import { ACCOUNT_SLEEP } from '../../../base/lifetimes.ts'
import { type BenchClient, openClient } from '../../clients/lean_client.ts'
import { freePort } from '../../world/loopback.ts'
import {
  makeVestibuleIdentity,
  startVestibule,
  type Vestibule,
  type VestibuleOptions,
} from '../../world/vestibule/vestibule.ts'
import { type KeptSeed, SEEDED_PDS, seeded } from './kept_seed.ts'

/** Milliseconds that accounts have to fall asleep, once they may. */
const FALL_ASLEEP = 30_000

/** Vestibule alone, without a PDS, on accounts that stood in its databases before it started. */
export type Seeded = Pick<KeptSeed, 'bringUpToDate'> & {
  vestibule: Vestibule
  client: BenchClient
  dataDir: string
  /** A live refresh token of each account, to be kept up to date. */
  tokens: string[]
  /** Milliseconds until the program answered. */
  ready: number
  /** Resolves when every account actor has been put to sleep; some must have been awake. */
  asleep(): Promise<void>
  close(): Promise<void>
}

/**
 * @param connections how many requests will be in flight
 * @param kept the folder of seeds that are kept, as for {@link seeded}
 * @param how it runs otherwise than usual
 */
export async function startSeeded(
  plcUrl: string,
  count: number,
  connections: number,
  { kept, ...how }: Pick<VestibuleOptions, 'env' | 'preloads'> & { kept?: string | undefined } = {},
): Promise<Seeded> {
  const { dataDir, dpopSecretHex, keys, tokens, bringUpToDate, close } = await seeded(count, kept)
  const identity = await makeVestibuleIdentity()
  const metricsPort = await freePort()
  const env = {
    ENTRYWAY_DATA_DIR: dataDir,
    ENTRYWAY_DPOP_SECRET_HEX: dpopSecretHex,
    ENTRYWAY_METRICS_PORT: String(metricsPort),
    ENTRYWAY_RATE_LIMITS: 'off',
    // As a first start, which finds no compiled code.
    NODE_DISABLE_COMPILE_CACHE: '1',
  }
  // What the seeder wrote shall not be what the program waits for.
  execFileSync('sync')

  const begun = performance.now()
  const vestibule = await startVestibule({
    ...{ identity, plcUrl, pds: SEEDED_PDS, ...how },
    env: { ...env, ...how.env },
  })
  const ready = performance.now() - begun
  const client = await openClient(identity.url, connections, keys)
  return {
    vestibule,
    client,
    dataDir,
    tokens,
    bringUpToDate,
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
      await close()
    },
  }
}

async function awakeAccounts(metricsPort: number): Promise<number> {
  const metrics = await (await fetch(`http://127.0.0.1:${metricsPort}/metrics`)).text()
  const awake = metrics.match(/^vestibule_awake_actors\{actor="account"\} (\d+)/m)
  if (!awake) throw new Error('The program does not say how many accounts are awake')
  return Number(awake[1])
}
