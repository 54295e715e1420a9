import { listStoredAccounts, unlistAccount } from '../../actors/hosting/engine/account_storage.ts'
import { EndIsAwayError, type Move } from '../../base/files/move.ts'
import { listAllEntries } from '../../database/check/directory.ts'
import { readPart } from '../../database/directory/part.ts'
import type { Spread } from '../../database/flow/spread.ts'
import {
  clear,
  forgetMove,
  listCopied,
  markCopied,
  putMove,
  readMove,
} from '../../database/replication/copy_mark.ts'
import type { DatabaseName } from '../databases/database_name.ts'
import { assertNotGoneOn } from './gone_on.ts'
import { FIRST, numbered, OnEngine, type Storage } from './on_engine.ts'
import type { Target } from './place.ts'

/** @param spread over how many actors the flow state and the directory will be spread */
export function toEngine(
  storage: Storage,
  scratch: string,
  { authActors, directories }: Spread,
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
      const known = await engine.spread()
      if (!known && !found) throw new EndIsAwayError(`${place} holds no data of Vestibule`)
      const names = known ? servedOf(known) : served
      // Nothing is marked where a runner serves one of them.
      for (const name of names) await engine.kvOf(name)
      for (const name of names) await engine.stop(name, move)
    },
  }
}

/** Whether a copy to there is not finished; data that went on from there are whole. */
const isUnfinished = (move: Move | null) => move?.state === 'copying' || move?.state === 'returned'

/** What cannot be served while it is marked. The first part of the directory is marked first, and served last. */
function servedOf({ authActors, directories }: Spread): DatabaseName[] {
  return [...numbered('auth', authActors), ...numbered('directory', directories).toReversed()]
}

/** The accounts of a directory that an engine has, unless it is one of a copy that was interrupted. */
async function countAccounts(engine: OnEngine): Promise<number> {
  let accounts = 0
  for (let number = 0, known = 1; number < known; number++) {
    const name = { kind: 'directory', number } as const
    const isWhole = async () => !isUnfinished(await readMove(await engine.kvOf(name)))
    if (!(await engine.has(name)) || !(await isWhole())) return accounts
    const { db, close } = await engine.open(name)
    known = readPart(db)?.parts ?? 1
    accounts += listAllEntries(db).length
    await close()
  }
  return accounts
}
