import { join } from 'node:path'
import { ofAccount, unlistAccount } from '../../actors/hosting/engine/account_storage.ts'
import { SHARDS } from '../../actors/hosting/engine/shards.ts'
import type { EngineStorage } from '../../actors/hosting/engine/storage.ts'
import { listAllEntries } from '../../database/check/directory.ts'
import { readPart } from '../../database/directory/part.ts'
import { type Installation, readInstallation } from '../../database/flow/installation.ts'
import {
  clear,
  isUnfinished,
  listCopied,
  markCopied,
  markFinished,
  markUnfinished,
} from '../../database/replication/copy_mark.ts'
import { listEpochs } from '../../database/replication/head.ts'
import type { Kv } from '../../database/replication/kv.ts'
import { Replica } from '../../database/replication/replica.ts'
import { schemas } from '../data_folder.ts'
import { actorOf, type DatabaseName } from '../database_name.ts'
import type { Opened, Source, Target } from './place.ts'

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
      const known = readInstallation(db)?.authActors
      await close()
      return known ?? 1
    },
    has: (name) => engine.has(name),
    open: (name) => engine.open(name),
    // What is left of deleted accounts is not looked for: that would read all there is.
    listAccounts: async () => [],
  }
}

/** @param spread over how many actors the flow state and the directory will be spread */
export function toEngine(
  storage: Storage,
  scratch: string,
  { authActors, directories }: Installation,
): Target {
  const engine = new OnEngine(storage, scratch)
  const numbered = (kind: 'auth' | 'directory', length: number): DatabaseName[] =>
    Array.from({ length }, (_, number) => ({ kind, number }))
  const parts = numbered('directory', directories)
  // The first part of the directory is marked first, and served last.
  const served = [...numbered('auth', authActors), ...parts.toReversed()]
  const marked = new Set<string>()
  return {
    end: () => {},
    begin: async () => {
      const accounts = await countAccounts(engine)
      if (accounts > 0)
        throw new Error(`The engine holds ${accounts} accounts already; copy to an empty one`)
      for (const name of served.toReversed()) await markUnfinished(await engine.kvOf(name))
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
    remove: async (did) => {
      const name = { kind: 'account', did } as const
      await clear(await engine.partOf(name))
      await unlistAccount(await engine.kvOf(name), did)
    },
    finish: async () => {
      for (const kv of await engine.shards()) await markFinished(kv)
      for (const name of served) await markFinished(await engine.kvOf(name))
    },
  }
}

/** The accounts of a directory that an engine has, unless it is one of a copy that was interrupted. */
async function countAccounts(engine: OnEngine): Promise<number> {
  let accounts = 0
  for (let number = 0, known = 1; number < known; number++) {
    const name = { kind: 'directory', number } as const
    if (!(await engine.has(name)) || (await isUnfinished(await engine.kvOf(name)))) return accounts
    const { db, close } = await engine.open(name)
    known = readPart(db)?.parts ?? 1
    accounts += listAllEntries(db).length
    await close()
  }
  return accounts
}
