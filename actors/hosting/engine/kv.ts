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

/** The key-value storage of an actor. */
export function kvOf(c: KvContext): Kv {
  const kv = c.kv as ActorKv
  return {
    get: (keys) => kv.getBatch(keys, { type: 'binary' }),
    put: (entries) => kv.putBatch(entries, { type: 'binary' }),
    list: (prefix) => kv.list(prefix, { type: 'binary', keyType: 'text' }),
    delete: (keys) => kv.deleteBatch(keys),
  }
}
