import { setTimeout as wait } from 'node:timers/promises'
import { RECOVERY_INTERVAL, SAGA_ABANDONED } from '../../base/lifetimes.ts'
import { checkData } from '../../maintenance/check/data.ts'
import { discoverApp, loopbackClientId } from '../clients/oauth_app.ts'
import { registerOpenidClient } from '../clients/openid_client.ts'
import { type Network, startNetwork } from '../world/network.ts'
import { answers, until } from '../world/until.ts'
import { actions } from './actions.ts'
import { Crowd } from './crowd.ts'
import { type Crash, type Fault, type Outage, takeHold } from './faults.ts'

/** Milliseconds in which a restarted program finishes what was left half-made. */
const FINISH = 10_000
/** ... and undoes what has not come to anything; half a minute more for the machine. */
const UNDO = SAGA_ABANDONED + RECOVERY_INTERVAL + 30_000
/**
 * How long people in doubt wait for what a restarted program finishes, in ms. After an outage it would
 * be until {@link UNDO}: they go on without.
 */
const IN_DOUBT = { crash: 3_000, outage: 500 }
/** In which what an outage kept from it is tried again, in ms; likewise. */
const TRY_AGAIN = RECOVERY_INTERVAL + 30_000
/** For what was asked of a PDS or of PLC, and may yet happen. */
const MAY_TAKE_LONG = /^the (sign-up of .*|change to .*|change of how it stands) is left over$/
/** People at a time. */
const PEOPLE = 3
const REDIRECT = 'http://127.0.0.1/callback'
const SCOPE = 'atproto'

export type Injected = {
  name: string
  /** Broken promises and invariants, one sentence each; none where it was survived. */
  broken: string[]
  /** From the injection until everything was proved, in ms. */
  duration: number
}

export type Campaign = {
  network: Network
  inject: (fault: Fault) => Promise<Injected>
  /**
   * Waits until nothing is half-made any more, then proves everything that was ever promised.
   *
   * @returns how many people there are, and what is broken
   */
  proveEverybody: () => Promise<{ people: number; broken: string[] }>
  close: () => Promise<void>
}

/** How the program of a campaign runs. */
export type CampaignOptions = {
  /** The gateway is a process of its own. */
  split?: boolean
  /** The PDS is the one inside the program; the network's own has nothing to do. */
  embedded?: boolean
}

const PDS_INSIDE = {
  ENTRYWAY_PDS_URL: undefined,
  ENTRYWAY_PDS_ADDRESS: undefined,
  ENTRYWAY_PDS_DID: undefined,
  ENTRYWAY_PDS_ADMIN_PASSWORD: undefined,
  ENTRYWAY_EMBEDDED_PDS: 'on',
}

/** Starts a network to have faults in. */
export async function startCampaign({
  split = false,
  embedded = false,
}: CampaignOptions = {}): Promise<Campaign> {
  const preload = new URL('./die_at_statement.ts', import.meta.url).href
  const started = await startNetwork({
    env: { ENTRYWAY_RATE_LIMITS: 'off', ...(embedded && PDS_INSIDE) },
    program: { split, preloads: [preload] },
  })
  const network = embedded ? { ...started, pds: { ...started.pds, url: started.url } } : started
  const peers = takeHold(network)
  await registerOpenidClient(network)
  const app = await discoverApp({
    pdsUrl: network.pds.url,
    clientId: loopbackClientId(REDIRECT, SCOPE),
    redirectUri: REDIRECT,
    scope: SCOPE,
  })
  const crowd = new Crowd(network, app)
  const drain = () => crowd.complaints.splice(0)
  let wellSince = 0
  /** How old what is half-made may be: it was in vain to settle it in an outage. */
  const patience = () => (Date.now() - wellSince < TRY_AGAIN ? Number.POSITIVE_INFINITY : UNDO)

  return {
    network,
    inject: async (fault) => {
      await crowd.gather(PEOPLE)
      const begun = performance.now()
      const problem = await (fault.kind === 'crash' ? crash(fault) : suffer(fault))
        .then(() => [])
        .catch((err: Error) => [err.message])
      await crowd.prove({ patience: IN_DOUBT[fault.kind] })
      const found = await findings({ patience: patience(), within: settlesWithin(fault) })
      const broken = [...problem, ...drain(), ...found]
      return { name: fault.name, broken, duration: performance.now() - begun }
    },
    proveEverybody: async () => {
      const broken = await findings({ patience: 0, within: UNDO })
      const people = await crowd.proveEverybody()
      return { people, broken: [...broken, ...drain(), ...(await findings({ patience: 0 }))] }
    },
    close: network.close,
  }

  /** In ms. A program that goes on looks at what was interrupted from time to time, and not as one that starts. */
  function settlesWithin(fault: Fault): number {
    return fault.kind === 'crash' && fault.goesOn ? UNDO : FINISH
  }

  async function crash(fault: Crash): Promise<void> {
    const struck = fault.strike(network)
    await Promise.all([
      struck,
      crowd.work(
        fault.by,
        struck.catch(() => {}),
      ),
    ]).finally(() => network.vestibule.start())
    // Before anybody comes back and mends it.
    const found = await findings({ patience: patience(), within: settlesWithin(fault) })
    if (found.length > 0) throw new Error(found.join('; '))
  }

  async function suffer(outage: Outage): Promise<void> {
    await outage.begin(network, peers)
    const deeds = await crowd.tryAll(actions).finally(() => outage.end(network, peers))
    wellSince = Date.now()
    // What was held up is answered first.
    await until(() => answers(`${network.url}/_health`), 'does not come back to health')
    for (const action of outage.prevents) {
      const tried = deeds.filter((deed) => deed.action === action)
      if (tried.length === 0) throw new Error(`${action} was not tried`)
      if (tried.some(({ done }) => done)) throw new Error(`${action} succeeded`)
    }
  }

  /** What the databases are found to be wrong in, once everything has settled. */
  async function findings({ patience, within = FINISH }: { patience: number; within?: number }) {
    const deadline = Date.now() + within
    for (;;) {
      const { dataDir } = network.vestibule
      const late = (await checkData(dataDir, { patience })).findings
      const now = (await checkData(dataDir, { patience: 0 })).findings
      const found = [...late, ...now.filter(({ problem }) => !MAY_TAKE_LONG.test(problem))]
      if (found.length === 0) return []
      if (Date.now() > deadline) return found.map(({ path, problem }) => `${path}: ${problem}`)
      await wait(500)
    }
  }
}
