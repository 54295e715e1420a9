import { STORAGE_ANSWERS } from '../../../base/lifetimes.ts'
import { withDeadline } from '../../../base/time/deadline.ts'
import type { Kv } from '../../../database/replication/kv.ts'

/** `c.kv` of an actor, as far as it is used. */
type ActorKv = {
  getBatch(keys: string[], options: { type: 'binary' }): Promise<(Uint8Array | null)[]>
  putBatch(entries: [string, Uint8Array][], options: { type: 'binary' }): Promise<void>
  list(
    prefix: string,
    options: { type: 'binary'; keyType: 'text' },
  ): Promise<[string, Uint8Array][]>
  deleteBatch(keys: string[]): Promise<void>
}

/** The context of an actor, as far as it is used. */
export type KvContext = { readonly kv: unknown }

/**
 * The key-value storage of an actor. A question whose answer is lost, as where an engine node goes, fails: rivetkit itself
 * would let its actor wait for 30 to 45 s.
 *
 * @param ms that the engine has for an answer
 */
export function kvOf(c: KvContext, ms = STORAGE_ANSWERS): Kv {
  const kv = c.kv as ActorKv
  return {
    get: (keys) => withDeadline(kv.getBatch(keys, { type: 'binary' }), ms),
    put: (entries) => withDeadline(kv.putBatch(entries, { type: 'binary' }), ms),
    list: (prefix) => withDeadline(kv.list(prefix, { type: 'binary', keyType: 'text' }), ms),
    delete: (keys) => withDeadline(kv.deleteBatch(keys), ms),
  }
}
