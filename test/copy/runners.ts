import { accountsActor } from '../../actors/accounts/index.ts'
import { authActor } from '../../actors/auth/index.ts'
import { directoryActor } from '../../actors/directory/index.ts'
import type { CallResult } from '../../actors/hosting/call.ts'
import { MovedError } from '../../base/files/move.ts'
import { Seal } from '../../base/secrets/seal.ts'
import { createLog } from '../../base/watching/log.ts'
import type { Spread } from '../../database/flow/spread.ts'
import { partitionOf } from '../../database/partition.ts'
import type { ActorAt, ServingActors } from '../../maintenance/copy/source_actors.ts'
import { actorOf } from '../../maintenance/databases/database_name.ts'
import type { MemoryEngine } from './memory_engine.ts'

const TOKEN = 'of the operator'

type Vars = object
type Context = { vars: Vars; conn: { send(event: string, id: number, came: CallResult): void } }
/** An actor, as far as it is used. */
type Declared = {
  createVars(c: object, driver: null): Promise<Vars>
  onSleep(c: { vars: Vars }): Promise<void>
  actions: {
    instance(c: Context, waiting: []): { id: string }
    call(
      c: Context,
      instance: string,
      id: number,
      name: string,
      args: unknown[],
      until: number,
    ): void
  }
}

/** Runners on such an engine, with the actors of the program: each is awake once it was asked. */
export class Runners implements ServingActors {
  readonly #engine: MemoryEngine
  readonly #declared: Record<ActorAt['actor'], Declared>
  readonly #awake = new Map<string, Promise<Vars>>()
  /** Called before an actor changes its mark. */
  beforeChange: (at: ActorAt) => void = () => {}

  /** @param folder for replicas */
  constructor(engine: MemoryEngine, spread: Spread, folder: string) {
    this.#engine = engine
    const runner = {
      settings: { database: 'engine', dataDir: folder, ...spread },
      secrets: { operatorToken: TOKEN, actorSecret: '', seal: new Seal(new Uint8Array(32)) },
      log: createLog('silent'),
      refuse: (err: Error) => {
        throw err
      },
    } as never
    const peers = { auth: () => ({}), isAuthAway: () => false } as never
    const app = async () => ({ close: () => {} }) as never
    const declared = {
      auth: authActor(runner, () => peers, app),
      directory: directoryActor(runner),
      accounts: accountsActor(runner, {
        isKept: (did: string) => this.ask(partOf(did, spread), 'isKept', did),
      } as never),
    }
    this.#declared = Object.fromEntries(
      Object.entries(declared).map(([name, { config }]) => [name, config]),
    ) as never
  }

  areThere = async () => true
  settled = async () => {}

  async kept({ actor, key }: ActorAt, did: string | null) {
    const ask = <T>(action: string, ...args: unknown[]) =>
      this.ask({ actor, key }, action, TOKEN, did, ...args) as Promise<T>
    return {
      kv: {
        list: (prefix: string) => ask<[string, Uint8Array][]>('listKept', prefix),
        get: (keys: string[]) => ask<(Uint8Array | null)[]>('getKept', keys),
      },
      keepHead: () => ask<void>('keepHead'),
    }
  }

  changeMove: ServingActors['changeMove'] = async (at, ...args) => {
    this.beforeChange(at)
    await this.ask(at, 'changeMove', TOKEN, null, ...args)
  }

  /** Calls an actor as another process does. @throws {MovedError} */
  async ask(at: ActorAt, name: string, ...args: unknown[]): Promise<unknown> {
    const { actions } = this.#declared[at.actor]
    const vars = await this.#wake(at)
    const came = await new Promise<CallResult>((resolve) => {
      const conn = { send: (_event: string, _id: number, result: CallResult) => resolve(result) }
      const c = { vars, conn, kv: this.#kvOf(at), sleep: () => this.#awake.delete(idOf(at)) }
      const { id } = actions.instance(c, [])
      actions.call(c, id, 1, name, args, Number.POSITIVE_INFINITY)
    })
    if ('value' in came) return came.value
    if ('unserved' in came) throw new MovedError(came.unserved)
    throw new Error('refusal' in came ? came.refusal.message : came.fault)
  }

  /** Whether its auth actors, parts of the directory and accounts answer: some of them, all. */
  async serving(accounts: readonly string[], { authActors, directories }: Spread) {
    const asked = [
      ...Array.from(
        { length: authActors },
        (_, number) => () => this.ask(actorOf({ kind: 'auth', number }), 'authActors'),
      ),
      ...Array.from(
        { length: directories },
        (_, number) => () => this.ask(actorOf({ kind: 'directory', number }), 'listPdses'),
      ),
      ...accounts.map(
        (did) => () => this.ask(actorOf({ kind: 'account', did }), 'run', did, 'read', []),
      ),
    ]
    let answered = 0
    for (const ask of asked) {
      await ask().then(
        () => void answered++,
        (err) => {
          if (!(err instanceof MovedError)) throw err
        },
      )
    }
    return { some: answered > 0, all: answered === asked.length }
  }

  async close(): Promise<void> {
    for (const [id, vars] of this.#awake) {
      const actor = id.split('/')[0] as ActorAt['actor']
      await this.#declared[actor].onSleep({ vars: await vars })
    }
  }

  #kvOf({ actor, key }: ActorAt) {
    const kv = this.#engine.at(actor, key)
    return {
      getBatch: (keys: string[]) => kv.get(keys),
      putBatch: (entries: [string, Uint8Array][]) => kv.put(entries),
      list: (prefix: string) => kv.list(prefix),
      deleteBatch: (keys: string[]) => kv.delete(keys),
    }
  }

  #wake(at: ActorAt): Promise<Vars> {
    const id = idOf(at)
    const sleep = () => this.#awake.delete(id)
    const c = { key: [at.key], kv: this.#kvOf(at), client: () => ({}), sleep }
    const vars = this.#awake.get(id) ?? this.#declared[at.actor].createVars(c, null)
    this.#awake.set(id, vars)
    return vars
  }
}

const partOf = (did: string, { directories }: Spread) =>
  actorOf({ kind: 'directory', number: partitionOf(did, directories) })
const idOf = ({ actor, key }: ActorAt) => `${actor}/${key}`
