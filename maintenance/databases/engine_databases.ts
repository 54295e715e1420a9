import { rm } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { listStoredAccounts } from '../../actors/hosting/engine/account_storage.ts'
import type { ServingStorage } from '../../actors/hosting/engine/serving_storage.ts'
import { SHARDS } from '../../actors/hosting/engine/shards.ts'
import { makeFolder } from '../../base/files/make_folder.ts'
import { inLanes } from '../../base/work/lanes.ts'
import { copyKept } from '../../database/replication/copy_kept.ts'
import { actorOf, type DatabaseName, pathOf } from './database_name.ts'
import type { Database, Databases } from './databases.ts'

/** Accounts lie in many actors: so many are asked at once. */
const AT_ONCE = 8

/** How the storage of actors that serve is read. */
export type Serving = Pick<ServingStorage, 'spread' | 'of'>

/** Where databases are read from, and a folder for copies that are looked at. */
type EnginePlace = { serving: Serving; scratch: string }

class DatabaseOnEngine implements Database {
  readonly #place: EnginePlace
  readonly #name: DatabaseName

  constructor(place: EnginePlace, name: DatabaseName) {
    this.#place = place
    this.#name = name
  }

  get kind(): DatabaseName['kind'] {
    return this.#name.kind
  }

  get path(): string {
    return pathOf('', this.#name)
  }

  async copy(to: string): Promise<boolean> {
    const { actor, key } = actorOf(this.#name)
    const did = this.#name.kind === 'account' ? this.#name.did : null
    makeFolder(dirname(to))
    return copyKept(this.#place.serving.of(actor, key, did), to)
  }

  async look<T>(look: (file: string) => T): Promise<T | null> {
    const file = join(this.#place.scratch, this.path)
    try {
      return (await this.copy(file)) ? look(file) : null
    } finally {
      await rm(file, { force: true })
    }
  }
}

/**
 * The databases that the actors of an engine keep.
 *
 * @param scratch a folder for copies that are looked at
 * @throws {Error} where no runner serves
 */
export async function databasesOn(serving: Serving, scratch: string): Promise<Databases> {
  const { authActors, directories } = await serving.spread()
  const at = (name: DatabaseName) => new DatabaseOnEngine({ serving, scratch }, name)
  const numbered = (kind: 'auth' | 'directory', length: number) =>
    Array.from({ length }, (_, number) => at({ kind, number }))
  return {
    place: 'the engine',
    atOnce: AT_ONCE,
    list: async (kind) => {
      if (kind !== 'account') return numbered(kind, kind === 'auth' ? authActors : directories)
      const dids: string[] = []
      await inLanes(AT_ONCE, Array(SHARDS).keys(), async (shard) => {
        dids.push(...(await listStoredAccounts(serving.of('accounts', String(shard)).kv)))
      })
      return dids.sort().map((did) => at({ kind: 'account', did }))
    },
    account: (did) => at({ kind: 'account', did }),
    strays: () => [],
  }
}
