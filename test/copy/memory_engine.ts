import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { ofAccount } from '../../actors/hosting/engine/account_storage.ts'
import type { Whose } from '../../actors/hosting/engine/kept_actions.ts'
import type { Db } from '../../database/database.ts'
import type { Spread } from '../../database/flow/spread.ts'
import type { Kept } from '../../database/replication/copy_kept.ts'
import { Replica } from '../../database/replication/replica.ts'
import type { Storage } from '../../maintenance/copy/on_engine.ts'
import { schemas } from '../../maintenance/data_folder/files.ts'
import { actorOf, type DatabaseName } from '../../maintenance/databases/database_name.ts'
import type { Serving } from '../../maintenance/databases/engine_databases.ts'
import { MemoryKv } from '../storage/memory_kv.ts'

/** The storage of an engine's actors, and what can go wrong with it. */
export class MemoryEngine implements Storage {
  readonly actors = new Map<string, MemoryKv>()
  /** Writes until the copying process dies. */
  left = Number.POSITIVE_INFINITY

  async of(name: string, key: string): Promise<MemoryKv> {
    return this.at(name, key)
  }

  at(name: string, key: string): MemoryKv {
    const id = `${name}/${key}`
    let kv = this.actors.get(id)
    if (!kv) {
      kv = new MemoryKv()
      kv.beforePut = async () => {
        if (--this.left < 0) throw new Error('The process was killed')
      }
      this.actors.set(id, kv)
    }
    return kv
  }
}

/** A runner on such an engine: what was asked for is awake until it is closed. */
export class MemoryRunner implements Serving {
  readonly #engine: MemoryEngine
  readonly #spread: Spread
  readonly #folder: string
  readonly #awake = new Map<string, Promise<Replica>>()
  /** Called before the heads of a database are listed: may throw, or wait. */
  beforeLook: (name: DatabaseName) => Promise<void> = async () => {}

  /** @param folder for replicas */
  constructor(engine: MemoryEngine, spread: Spread, folder: string) {
    this.#engine = engine
    this.#spread = spread
    this.#folder = folder
  }

  async spread(): Promise<Spread> {
    return this.#spread
  }

  of(actor: string, key: string, did: Whose = null): Kept {
    const name = nameOf(actor, key, did)
    const kv = actor === 'accounts' && did === null ? this.#engine.at(actor, key) : this.kvOf(name)
    return {
      kv: {
        list: async (prefix) => {
          await this.beforeLook(name)
          return kv.list(prefix)
        },
        get: (keys) => kv.get(keys),
      },
      keepHead: async () => (await this.#wake(name)).keepHead(),
    }
  }

  /** Works on a database as its actor does. */
  async use<T>(name: DatabaseName, work: (db: Db) => T): Promise<T> {
    const replica = await this.#wake(name)
    const result = work(replica.db)
    await replica.settle()
    return result
  }

  kvOf(name: DatabaseName) {
    const { actor, key } = actorOf(name)
    const kv = this.#engine.at(actor, key)
    return name.kind === 'account' ? ofAccount(kv, name.did) : kv
  }

  async close(): Promise<void> {
    for (const replica of this.#awake.values()) await (await replica).close()
    await rm(this.#folder, { recursive: true, force: true })
  }

  #wake(name: DatabaseName): Promise<Replica> {
    const id = JSON.stringify(name)
    const path = join(this.#folder, `${this.#awake.size}.sqlite`)
    const replica = this.#awake.get(id) ?? Replica.open(this.kvOf(name), path, schemas[name.kind])
    this.#awake.set(id, replica)
    return replica
  }
}

function nameOf(actor: string, key: string, did: Whose): DatabaseName {
  if (did !== null) return { kind: 'account', did }
  const number = key === 'main' ? 0 : Number(key)
  return { kind: actor === 'auth' ? 'auth' : 'directory', number }
}
