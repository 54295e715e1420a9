import type { Merging, Part } from '../copy.ts'

/** The hash that decides who owns a row. A request that was granted belongs to the owner of its code. */
const OWNED_BY: Record<string, string> = {
  authorization_request: 'coalesce(code_hash, hash_of(id))',
  spent_code: 'code_hash',
  carried_token: 'token_hash',
  carried_secret: 'hash_of(pds_did)',
  device: 'hash_of(id)',
  device_account: 'hash_of(device_id)',
  replay: 'nonce_hash',
  lexicon: 'hash_of(nsid)',
  client: 'hash_of(id)',
  openid_request: 'id_hash',
  openid_device_code: 'id_hash',
  openid_client: 'hash_of(id)',
  openid_removal: 'hash_of(id)',
  openid_resource: 'hash_of(id)',
  openid_initial_token: 'token_hash',
  openid_ending: 'hash_of(did)',
  // All of them belong together (`OPENID_KEYS`).
  openid_key: "hash_of('openid keys')",
}

/** Of what each auth actor keeps of its own, several may have noted the same account. */
export const mergingFlow: Merging = {
  openid_ending: `ON CONFLICT (did) DO UPDATE SET noted_at = max(noted_at, excluded.noted_at),
    due_at = min(due_at, excluded.due_at)`,
}

/** The rows that one of `of` auth actors owns (`definePartition`); how many there are is not copied. */
export function flowPart(number: number, of: number): Part {
  return (table) =>
    table in OWNED_BY ? `partition_of(${OWNED_BY[table]}, ${of}) = ${number}` : null
}
