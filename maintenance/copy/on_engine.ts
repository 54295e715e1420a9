import { join } from 'node:path'
import { ofAccount } from '../../actors/hosting/engine/account_storage.ts'
import { SHARDS } from '../../actors/hosting/engine/shards.ts'
import type { EngineStorage } from '../../actors/hosting/engine/storage.ts'
import type { Move } from '../../base/files/move.ts'
import { readSpread, type Spread } from '../../database/flow/spread.ts'
import { listEpochs } from '../../database/replication/head.ts'
import type { Kv } from '../../database/replication/kv.ts'
import { Replica } from '../../database/replication/replica.ts'
import { stopServing } from '../../database/replication/stop_serving.ts'
import { schemas } from '../data_folder/files.ts'
import { actorOf, type DatabaseName } from '../databases/database_name.ts'
import type { Opened } from './place.ts'

/** What lends the storage of actors. */
export type Storage = Pick<EngineStorage, 'of'>

/** The databases that the actors of an engine keep. Replicas are in the folder `scratch`. */
export class OnEngine {
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
  async spread(): Promise<Spread | null> {
    if (!(await this.has(FIRST))) return null
    const { db, close } = await this.open(FIRST)
    const spread = readSpread(db)
    await close()
    return spread ?? { authActors: 1, directories: 1 }
  }

  /** See {@link stopServing}. */
  async stop(name: DatabaseName, move: Move): Promise<void> {
    await stopServing(await this.kvOf(name), move, this.#nextPath(), schemas[name.kind])
  }

  async open(name: DatabaseName): Promise<Opened> {
    const path = this.#nextPath()
    const replica = await Replica.open(await this.partOf(name), path, schemas[name.kind])
    return { db: replica.db, path, close: () => replica.close() }
  }

  #nextPath(): string {
    return join(this.#scratch, `engine-${this.#replicas++}.sqlite`)
  }
}

export const FIRST = { kind: 'auth', number: 0 } as const

export const numbered = (kind: 'auth' | 'directory', length: number): DatabaseName[] =>
  Array.from({ length }, (_, number) => ({ kind, number }))
