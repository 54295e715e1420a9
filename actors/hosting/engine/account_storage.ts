import { DidList } from '../../../database/replication/did_list.ts'
import { isHeadKey } from '../../../database/replication/head.ts'
import { below, type Kv, type KvReader } from '../../../database/replication/kv.ts'

const listed = new DidList('listed')

/**
 * The part of the storage of an actor in which an account has its database. The actor lists the account in
 * the same batch in which a head is written: without a head there is no database.
 */
export function ofAccount(kv: Kv, did: string): Kv {
  const place = `account/${did}/`
  return {
    ...below(kv, place),
    put: (entries) => {
      const placed = entries.map(([key, value]): [string, Uint8Array] => [place + key, value])
      if (entries.some(([key]) => isHeadKey(key)))
        placed.push([listed.keyOf(did), new Uint8Array()])
      return kv.put(placed)
    },
  }
}

/** Accounts that have, or had, a database there: those that were written to since they are listed. */
export function listStoredAccounts(kv: Pick<KvReader, 'list'>): Promise<string[]> {
  return listed.read(kv)
}

/** Forgets an account of which everything was deleted. */
export function unlistAccount(kv: Kv, did: string): Promise<void> {
  return kv.delete([listed.keyOf(did)])
}
