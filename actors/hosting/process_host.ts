import {
  type AnyActorInstance,
  createClientWithDriver,
  type DriverConfig,
  lookupInRegistry,
  type RegistryConfig,
} from 'rivetkit'
import { getInitialActorKvState } from 'rivetkit/driver-helpers'
import { withDeadline } from '../../base/time/deadline.ts'
import { outlasting } from '../../base/time/in_time.ts'
import type { Log } from '../../base/watching/log.ts'
import { accountWakes, awakeActors } from '../../base/watching/metrics.ts'
import { Awake, MAX_AWAKE } from '../awake.ts'
import { startActors } from './setup.ts'
import { stubOf } from './stub.ts'
import { tracedCall } from './traced_call.ts'

type Key = string[]
type Pair = [Uint8Array, Uint8Array]
type ActorDriver = ReturnType<DriverConfig['actor']>
type InlineClient = Parameters<DriverConfig['actor']>[2]

/** An actor that is awake or on its way. */
type Entry = {
  started: Promise<AnyActorInstance>
  /** Calls being answered; it falls asleep only when there are none. */
  active: number
  idle: PromiseWithResolvers<void> | null
  stopped: Promise<void> | null
  kv: Map<string, Pair>
}

/**
 * Hosts the actors of one process for that process alone: nothing listens and nothing is
 * serialised on the way. It keeps what rivetkit promises: one instance a key, asleep after a while
 * without calls, awake with the next, and an error after the `actionTimeout`. `onBeforeConnect` is not
 * asked, since no connection is made: only this process can call.
 *
 * The actors keep everything in databases of their own, so rivetkit's key-value storage lives as
 * long as an actor is awake and costs no file.
 */
export class ProcessHost {
  readonly #log: Log
  readonly #entries = new Map<string, Entry>()
  readonly #accounts: Awake
  #config: RegistryConfig | null = null
  #inlineClient: InlineClient | null = null

  constructor(log: Log, maxAccounts = MAX_AWAKE.ofProcess) {
    this.#log = log
    this.#accounts = new Awake(maxAccounts)
  }

  readonly #driver: DriverConfig = {
    name: 'process',
    displayName: 'Process',
    manager: () => unreachable,
    actor: (config, manager) => {
      this.#config = config
      this.#inlineClient = createClientWithDriver(manager) as InlineClient
      return this.#actorDriver
    },
    autoStartActorDriver: true,
  }

  start(use: Parameters<typeof startActors>[0]): void {
    startActors(use, { driver: this.#driver, serveManager: false })
  }

  /** A stand-in for a rivetkit client: `client.<actor>.getOrCreate(key).<action>(...)`. */
  readonly client = {
    auth: { getOrCreate: (key: Key) => this.#stub('auth', key) },
    directory: { getOrCreate: (key: Key) => this.#stub('directory', key) },
    account: { getOrCreate: (key: Key) => this.#stub('account', key) },
  }

  #stub(name: string, key: Key): object {
    return stubOf((action, args) =>
      tracedCall('internal', { actor: name, action, args }, () =>
        this.#call(name, key, action, args),
      ),
    )
  }

  async #call(name: string, key: Key, action: string, args: unknown[]): Promise<unknown> {
    const id = `${name}/${key.join('/')}`
    let known = this.#entries.get(id)
    // Falls asleep, and wakes again after that.
    while (known?.stopped) {
      await known.stopped
      known = this.#entries.get(id)
    }
    const entry = known ?? this.#start(id, name, key)
    entry.active++
    if (name === 'account') this.#accounts.begin(id)
    try {
      const instance = await entry.started
      instance.beginHonoHttpRequest()
      try {
        const run = instance.config.actions?.[action]
        if (!run) throw new Error(`The ${name} actor has no action ${action}`)
        const done = Promise.resolve(run({ vars: instance.vars } as never, ...args))
        return await withDeadline(done, instance.config.options.actionTimeout)
      } finally {
        instance.endHonoHttpRequest()
      }
    } finally {
      entry.active--
      if (entry.active === 0) {
        entry.idle?.resolve()
        this.#accounts.rest(id)
      }
    }
  }

  /** Puts accounts to sleep, so that one more may wake. */
  #makeRoom(): void {
    for (;;) {
      const { surplus } = this.#accounts
      if (surplus === undefined) return
      this.#stop(surplus, 'sleep')
    }
  }

  #start(id: string, name: string, key: Key): Entry {
    if (!this.#config || !this.#inlineClient) throw new Error('The runner has not started')
    if (name === 'account') this.#makeRoom()
    const instance = lookupInRegistry(this.#config, name).instantiate() as AnyActorInstance
    const kv = new Map(getInitialActorKvState(undefined).map((pair) => [hex(pair[0]), pair]))
    const entry: Entry = {
      started: Promise.resolve(instance),
      active: 0,
      idle: null,
      stopped: null,
      kv,
    }
    this.#entries.set(id, entry)
    awakeActors.inc({ actor: name })
    if (name === 'account') accountWakes.inc()
    const client = this.#inlineClient as never
    // What it begins now goes on for as long as it is awake.
    entry.started = outlasting(() =>
      instance.start(this.#actorDriver, client, id, name, key, 'process'),
    ).then(() => instance)
    entry.started.catch(() => this.#forget(id))
    return entry
  }

  /** Calls that were under way when it was to stop are finished first; later ones wake it again. */
  #stop(id: string, mode: 'sleep' | 'destroy'): void {
    this.#accounts.end(id)
    const entry = this.#entries.get(id)
    if (!entry || entry.stopped) return
    entry.stopped = (async () => {
      const instance = await entry.started
      if (entry.active > 0) {
        entry.idle = Promise.withResolvers()
        await entry.idle.promise
      }
      await instance.onStop(mode)
    })()
      .catch((err) => this.#log.error({ err, actor: id }, 'an actor did not stop in order'))
      .finally(() => this.#forget(id))
  }

  #forget(id: string): void {
    this.#accounts.end(id)
    if (this.#entries.delete(id)) awakeActors.dec({ actor: id.split('/')[0] as string })
  }

  readonly #actorDriver: ActorDriver = {
    loadActor: async (id) => {
      const entry = this.#entries.get(id)
      if (!entry) throw new Error(`${id} is asleep`)
      return entry.started
    },
    getContext: () => ({}),
    kvBatchPut: async (id, pairs) => {
      for (const pair of pairs) this.#entries.get(id)?.kv.set(hex(pair[0]), pair)
    },
    kvBatchGet: async (id, keys) =>
      keys.map((key) => this.#entries.get(id)?.kv.get(hex(key))?.[1] ?? null),
    kvBatchDelete: async (id, keys) => {
      for (const key of keys) this.#entries.get(id)?.kv.delete(hex(key))
    },
    kvListPrefix: async (id, prefix) =>
      [...(this.#entries.get(id)?.kv ?? [])]
        .filter(([key]) => key.startsWith(hex(prefix)))
        .map(([, pair]) => pair),
    setAlarm: async () => {
      throw new Error('Actors of this program set no alarms')
    },
    startSleep: (id) => this.#stop(id, 'sleep'),
    startDestroy: (id) => this.#stop(id, 'destroy'),
  }
}

const hex = (key: Uint8Array) => Buffer.from(key).toString('hex')

/** What rivetkit would use to reach actors by request; in this host there is no such way. */
const unreachable = new Proxy({} as ReturnType<DriverConfig['manager']>, {
  get: (_, name) => {
    if (name === 'displayInformation') return () => ({ properties: {} })
    if (name === 'extraStartupLog' || name === 'then') return undefined
    return () => {
      throw new Error('Actors of this process are not reachable from outside')
    }
  },
})
