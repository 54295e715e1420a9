import { join } from 'node:path'
import { SHARDS, shardOf } from '../../actors/hosting/engine/shards.ts'
import type { EngineStorage } from '../../actors/hosting/engine/storage.ts'
import { listAllEntries } from '../../database/check/directory.ts'
import { readAuthActors } from '../../database/flow/installation.ts'
import {
  clear,
  isUnfinished,
  listCopied,
  markCopied,
  markFinished,
  markUnfinished,
} from '../../database/replication/copy_mark.ts'
import { listEpochs } from '../../database/replication/head.ts'
import { below, type Kv } from '../../database/replication/kv.ts'
import { Replica } from '../../database/replication/replica.ts'
import { schemas } from '../data_folder.ts'
import type { DatabaseName, Opened, Source, Target } from './place.ts'

/** What lends the storage of actors. */
export type Storage = Pick<EngineStorage, 'of'>

/** The databases that the actors of an engine keep. Copies are in the folder `scratch`. */
class OnEngine {
  readonly #storage: Storage
  readonly #scratch: string
  #copies = 0

  constructor(storage: Storage, scratch: string) {
    this.#storage = storage
    this.#scratch = scratch
  }

  kvOf(name: DatabaseName): Promise<Kv> {
    if (name.kind === 'account') return this.#storage.of('accounts', shardOf(name.did))
    if (name.kind === 'auth') return this.#storage.of('auth', String(name.number))
    return this.#storage.of('directory', 'main')
  }

  shards(): Promise<Kv[]> {
    const keys = Array.from({ length: SHARDS }, (_, shard) => String(shard))
    return Promise.all(keys.map((key) => this.#storage.of('accounts', key)))
  }

  /** The part of the actor's storage in which the database lies. */
  async partOf(name: DatabaseName): Promise<Kv> {
    const kv = await this.kvOf(name)
    return name.kind === 'account' ? below(kv, `account/${name.did}/`) : kv
  }

  async has(name: DatabaseName): Promise<boolean> {
    return (await listEpochs(await this.partOf(name))).length > 0
  }

  async open(name: DatabaseName): Promise<Opened> {
    const path = join(this.#scratch, `engine-${this.#copies++}.sqlite`)
    const replica = await Replica.open(await this.partOf(name), path, schemas[name.kind])
    return { db: replica.db, path, close: () => replica.close() }
  }
}

export function fromEngine(storage: Storage, scratch: string): Source {
  const engine = new OnEngine(storage, scratch)
  return {
    begin: async () => {},
    end: () => {},
    authActors: async () => {
      const name = { kind: 'auth', number: 0 } as const
      if (!(await engine.has(name)))
        throw new Error('The engine holds no data of Vestibule; check RIVET_ENDPOINT')
      const { db, close } = await engine.open(name)
      const known = readAuthActors(db)
      await close()
      return known ?? 1
    },
    has: (name) => engine.has(name),
    open: (name) => engine.open(name),
    // What is left of deleted accounts is not looked for: that would read all there is.
    listAccounts: async () => [],
  }
}

/** @param authActors over how many auth actors the flow state will be spread */
export function toEngine(storage: Storage, scratch: string, authActors: number): Target {
  const engine = new OnEngine(storage, scratch)
  const served: DatabaseName[] = Array.from({ length: authActors }, (_, number) => ({
    kind: 'auth',
    number,
  }))
  const directory: DatabaseName = { kind: 'directory' }
  const marked = new Set<string>()
  return {
    end: () => {},
    begin: async () => {
      const kv = await engine.kvOf(directory)
      if (!(await isUnfinished(kv)) && (await engine.has(directory))) {
        const { db, close } = await engine.open(directory)
        const { length } = listAllEntries(db)
        await close()
        if (length > 0)
          throw new Error(`The engine holds ${length} accounts already; copy to an empty one`)
      }
      for (const name of [directory, ...served]) await markUnfinished(await engine.kvOf(name))
    },
    has: (name) => engine.has(name),
    open: async (name) => {
      if (name.kind === 'account' && !marked.has(name.did)) {
        await markCopied(await engine.kvOf(name), name.did)
        marked.add(name.did)
      }
      return engine.open(name)
    },
    listAccounts: async () => (await Promise.all((await engine.shards()).map(listCopied))).flat(),
    remove: async (did) => clear(await engine.partOf({ kind: 'account', did })),
    finish: async () => {
      for (const kv of await engine.shards()) await markFinished(kv)
      for (const name of [...served, directory]) await markFinished(await engine.kvOf(name))
    },
  }
}
