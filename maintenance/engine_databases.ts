import { mkdir, rm } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { listStoredAccounts } from '../actors/hosting/engine/account_storage.ts'
import type { ServingStorage } from '../actors/hosting/engine/serving_storage.ts'
import { SHARDS } from '../actors/hosting/engine/shards.ts'
import { copyKept } from '../database/replication/copy_kept.ts'
import { actorOf, type DatabaseName, pathOf } from './database_name.ts'
import type { Database, Databases } from './databases.ts'
import { inLanes } from './lanes.ts'

/** Accounts lie in many actors: so many are asked at once. */
const AT_ONCE = 8

/** How the storage of actors that serve is read. */
export type Serving = Pick<ServingStorage, 'installation' | 'of'>

/**
 * The databases that the actors of an engine keep.
 *
 * @param scratch a folder for copies that are looked at
 * @throws {Error} where no runner serves
 */
export async function databasesOn(serving: Serving, scratch: string): Promise<Databases> {
  const { authActors, directories } = await serving.installation()
  let copies = 0
  const at = (name: DatabaseName): Database => {
    const { actor, key } = actorOf(name)
    const kept = () => serving.of(actor, key, name.kind === 'account' ? name.did : null)
    const copy = async (to: string) => {
      await mkdir(dirname(to), { recursive: true, mode: 0o700 })
      return copyKept(kept(), to)
    }
    return {
      kind: name.kind,
      path: pathOf('', name),
      copy,
      look: async (look) => {
        const file = join(scratch, `${copies++}.sqlite`)
        try {
          return (await copy(file)) ? look(file) : null
        } finally {
          await rm(file, { force: true })
        }
      },
    }
  }
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
  }
}
