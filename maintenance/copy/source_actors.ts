import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { ofAccount } from '../../actors/hosting/engine/account_storage.ts'
import type { ActorName } from '../../actors/hosting/engine/connections.ts'
import type { Whose } from '../../actors/hosting/engine/kept_actions.ts'
import type { ServingStorage } from '../../actors/hosting/engine/serving_storage.ts'
import type { Move } from '../../base/files/move.ts'
import { MOVE_SETTLES } from '../../base/lifetimes.ts'
import type { Kept } from '../../database/replication/copy_kept.ts'
import {
  assertExpected,
  type Expected,
  forgetMove,
  readMove,
} from '../../database/replication/copy_mark.ts'
import { keepHeadOf, stopServing } from '../../database/replication/stop_serving.ts'
import { schemas } from '../data_folder/files.ts'
import { actorOf, type DatabaseName } from '../databases/database_name.ts'
import type { Storage } from './on_engine.ts'

/** An actor of an engine. */
export type ActorAt = { actor: ActorName; key: string }

/** How the actors of an engine are reached whose data go elsewhere. */
export type SourceActors = {
  kept(at: ActorAt, did: Whose): Promise<Kept>
  /** See {@link ServedData.change}. */
  changeMove(at: ActorAt, next: Move | null, expected: Expected): Promise<void>
}

/** The same, where runners have them. */
export type ServingActors = SourceActors & {
  /** Whether they do, also where those serve nothing. */
  areThere(): Promise<boolean>
  /** Waits for what goes on after the last answer, and still reaches the directory and the accounts. */
  settled(): Promise<void>
}

/** @param endpoint `RIVET_ENDPOINT` */
export function servingActors(
  serving: Pick<ServingStorage, 'of' | 'isThere' | 'changeMove'>,
  endpoint: string,
): ServingActors {
  return {
    kept: async ({ actor, key }, did) => serving.of(actor, key, did),
    changeMove: ({ actor, key }, next, expected) => serving.changeMove(actor, key, next, expected),
    areThere: () => serving.isThere(endpoint),
    settled: () => setTimeout(MOVE_SETTLES),
  }
}

/** The actors that this process has, so that none serves. */
export function hostedActors(storage: Storage, scratch: string): SourceActors {
  let replicas = 0
  const path = () => join(scratch, `hosted-${replicas++}.sqlite`)
  const schemaOf = (actor: ActorName) => schemas[actor === 'accounts' ? 'account' : actor]
  return {
    kept: async ({ actor, key }, did) => {
      const whole = await storage.of(actor, key)
      const kv = did === null ? whole : ofAccount(whole, did)
      return { kv, keepHead: () => keepHeadOf(kv, path(), schemaOf(actor)) }
    },
    changeMove: async ({ actor, key }, next, expected) => {
      const kv = await storage.of(actor, key)
      assertExpected(await readMove(kv), next, expected)
      if (next) await stopServing(kv, next, path(), schemaOf(actor))
      else await forgetMove(kv)
    },
  }
}

/** A database as it is kept where the actor that has it is reached. */
export function keptOf(actors: SourceActors, name: DatabaseName): Promise<Kept> {
  return actors.kept(actorOf(name), name.kind === 'account' ? name.did : null)
}
