import { join } from 'node:path'
import {
  listStoredAccounts,
  ofAccount,
  unlistAccount,
} from '../../actors/hosting/engine/account_storage.ts'
import { SHARDS } from '../../actors/hosting/engine/shards.ts'
import type { EngineStorage } from '../../actors/hosting/engine/storage.ts'
import { EndIsAwayError, type Move } from '../../base/move.ts'
import { listAllEntries } from '../../database/check/directory.ts'
import { readPart } from '../../database/directory/part.ts'
import { type Installation, readInstallation } from '../../database/flow/installation.ts'
import { copyKept } from '../../database/replication/copy_kept.ts'
import {
  clear,
  forgetMove,
  listCopied,
  markCopied,
  putMove,
  readMove,
} from '../../database/replication/copy_mark.ts'
import { listEpochs } from '../../database/replication/head.ts'
import type { Kv } from '../../database/replication/kv.ts'
import { Replica } from '../../database/replication/replica.ts'
import { schemas } from '../data_folder.ts'
import { actorOf, type DatabaseName } from '../database_name.ts'
import { assertNotGoneOn } from './gone_on.ts'
import type { Opened, Source, Target } from './place.ts'

/** What lends the storage of actors. */
export type Storage = Pick<EngineStorage, 'of'>

/** The databases that the actors of an engine keep. Replicas are in the folder `scratch`. */
class OnEngine {
  readonly #storage: Storage
  readonly #scratch: string
  #replicas = 0

  constructor(storage: Storage, scratch: string) {
    this.#storage = storage
    this.#scratch = scratch
  }

  kvOf(name: DatabaseName): Promise<Kv> {
    const { actor, key } = actorOf(name)
    return this.#storage.of(actor, key)
  }

  shards(): Promise<Kv[]> {
    const keys = Array.from({ length: SHARDS }, (_, shard) => String(shard))
    return Promise.all(keys.map((key) => this.#storage.of('accounts', key)))
  }

  /** The part of the actor's storage in which the database lies. */
  async partOf(name: DatabaseName): Promise<Kv> {
    const kv = await this.kvOf(name)
    return name.kind === 'account' ? ofAccount(kv, name.did) : kv
  }

  async has(name: DatabaseName): Promise<boolean> {
    return (await listEpochs(await this.partOf(name))).length > 0
  }

  /** Of the auth actors and parts of the directory; null where there is no data. */
  async installation(): Promise<Installation | null> {
    if (!(await this.has(FIRST))) return null
    const { db, close } = await this.open(FIRST)
    const installation = readInstallation(db)
    await close()
    return installation ?? { authActors: 1, directories: 1 }
  }

  /**
   * Marks an actor, and begins a new epoch of its database: an instance that woke before it was marked finds that
   * when it looks next, and one that wakes later finds the mark.
   */
  async stop(name: DatabaseName, move: Move): Promise<void> {
    await putMove(await this.kvOf(name), move)
    if (await this.has(name)) await this.keepHead(name)
  }

  /** Has what it is made of written down. */
  async keepHead(name: DatabaseName): Promise<void> {
    const { replica } = await this.#wake(name)
    await replica.keepHead().finally(() => replica.close())
  }

  async open(name: DatabaseName): Promise<Opened> {
    const { replica, path } = await this.#wake(name)
    return { db: replica.db, path, close: () => replica.close() }
  }

  async #wake(name: DatabaseName): Promise<{ replica: Replica; path: string }> {
    const path = join(this.#scratch, `engine-${this.#replicas++}.sqlite`)
    return { replica: await Replica.open(await this.partOf(name), path, schemas[name.kind]), path }
  }
}

const FIRST = { kind: 'auth', number: 0 } as const

const numbered = (kind: 'auth' | 'directory', length: number): DatabaseName[] =>
  Array.from({ length }, (_, number) => ({ kind, number }))

/** An engine of which this process has the actors, so that none serves. */
export function fromEngine(storage: Storage, scratch: string, place = 'the engine'): Source {
  const engine = new OnEngine(storage, scratch)
  let known: Promise<number> | undefined
  const countAuthActors = async () => {
    const installation = await engine.installation()
    if (!installation)
      throw new Error('The engine holds no data of Vestibule; check RIVET_ENDPOINT')
    return installation.authActors
  }
  const authActors = () => {
    known ??= countAuthActors()
    return known
  }
  return {
    place,
    begin: async () => {
      await authActors()
      return 'stopped'
    },
    handOver: async () => {},
    end: () => {},
    authActors,
    readMove: async () => readMove(await engine.kvOf(FIRST)),
    // The first auth actor is marked first, and served last: the others do not wake without it.
    setMove: async (move) => {
      const names = numbered('auth', await authActors())
      for (const name of move ? names : names.toReversed()) {
        if (move) await engine.stop(name, move)
        else await forgetMove(await engine.kvOf(name))
      }
    },
    has: (name) => engine.has(name),
    // Each change is of an instance that began an epoch; there is none while this process has the actors.
    sign: async (name) => JSON.stringify(await listEpochs(await engine.partOf(name))),
    copy: async (name, path) =>
      copyKept({ kv: await engine.partOf(name), keepHead: () => engine.keepHead(name) }, path),
    // What is left of deleted accounts is not looked for: that would read all there is.
    listOthers: async () => [],
  }
}

/** @param spread over how many actors the flow state and the directory will be spread */
export function toEngine(
  storage: Storage,
  scratch: string,
  { authActors, directories }: Installation,
  place = 'the engine',
): Target {
  const engine = new OnEngine(storage, scratch)
  const served = servedOf({ authActors, directories })
  const marked = new Set<string>()
  return {
    place,
    end: () => {},
    readMove: async () => readMove(await engine.kvOf({ kind: 'directory', number: 0 })),
    begin: async (move) => {
      const accounts = await countAccounts(engine)
      if (accounts > 0)
        throw new Error(`The engine holds ${accounts} accounts already; copy to an empty one`)
      for (const name of served.toReversed()) await putMove(await engine.kvOf(name), move)
    },
    has: (name) => engine.has(name),
    open: async (name) => {
      if (name.kind === 'account' && !marked.has(name.did)) {
        await markCopied(await engine.kvOf(name), name.did)
        marked.add(name.did)
      }
      return engine.open(name)
    },
    listAccounts: async () => {
      const shards = await engine.shards()
      // Of a copy that was interrupted; and of what was served and then taken back.
      const there = await Promise.all([
        ...shards.map(listCopied),
        ...shards.map(listStoredAccounts),
      ])
      return [...new Set(there.flat())]
    },
    remove: async (did) => {
      const name = { kind: 'account', did } as const
      await clear(await engine.partOf(name))
      await unlistAccount(await engine.kvOf(name), did)
      marked.delete(did)
    },
    finish: async () => {
      for (const name of served) await forgetMove(await engine.kvOf(name))
      // Last: a copy that begins anew, after this was interrupted and taken back, deletes what it does not know.
      for (const kv of await engine.shards()) await forgetMove(kv)
    },
    takeBack: async (move) => {
      const found = await readMove(await engine.kvOf(FIRST))
      assertNotGoneOn(found, move)
      const installation = await engine.installation()
      if (!installation && !found) throw new EndIsAwayError(`${place} holds no data of Vestibule`)
      const names = installation ? servedOf(installation) : served
      // Nothing is marked where a runner serves one of them.
      for (const name of names) await engine.kvOf(name)
      for (const name of names) await engine.stop(name, move)
    },
  }
}

/** What cannot be served while it is marked. The first part of the directory is marked first, and served last. */
function servedOf({ authActors, directories }: Installation): DatabaseName[] {
  return [...numbered('auth', authActors), ...numbered('directory', directories).toReversed()]
}

/** The accounts of a directory that an engine has, unless it is one of a copy that was interrupted. */
async function countAccounts(engine: OnEngine): Promise<number> {
  let accounts = 0
  for (let number = 0, known = 1; number < known; number++) {
    const name = { kind: 'directory', number } as const
    const isWhole = async () => (await readMove(await engine.kvOf(name))) === null
    if (!(await engine.has(name)) || !(await isWhole())) return accounts
    const { db, close } = await engine.open(name)
    known = readPart(db)?.parts ?? 1
    accounts += listAllEntries(db).length
    await close()
  }
  return accounts
}
