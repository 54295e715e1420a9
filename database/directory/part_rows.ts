import type { Part } from '../copy.ts'

const OF_DID = 'partition_of(hash_of(did), @of)'
const FIRST = '0'
const OF_DID_OR_FIRST = `CASE WHEN did IS NULL THEN ${FIRST} ELSE ${OF_DID} END`

/** SQL: the number of the part that a row belongs to, where there are `@of`; null for what is not copied. */
const OWNED_BY: Record<string, string | null> = {
  account: OF_DID,
  handle_change: OF_DID,
  email_change: OF_DID,
  deletion: OF_DID,
  standing_change: OF_DID,
  followed_takedown: OF_DID,
  operator: OF_DID,
  operator_session: OF_DID_OR_FIRST,
  operator_link: OF_DID_OR_FIRST,
  reset_token: 'partition_of(token_hash, @of)',
  name_claim: 'partition_of(hash_of(name), @of)',
  pds: FIRST,
  sign_up: FIRST,
  withdrawn_identity: FIRST,
  invite_code: FIRST,
  invite_use: FIRST,
  event: FIRST,
  event_count: FIRST,
  // Each part has its own number and counts its own accounts, and nothing is imported meanwhile.
  part: null,
  pds_count: null,
  entry_to_be: null,
}

/** The rows of one of `of` parts of the directory (`definePartition`). */
export function directoryPart(number: number, of: number): Part {
  return (table) => {
    const owner = OWNED_BY[table]
    if (owner === undefined) throw new Error(`It is not said which part has ${table}`)
    return owner && `(${owner.replaceAll('@of', String(of))}) = ${number}`
  }
}

/** All rows of a part but its claims, which are made anew where there are several. */
export const withoutClaims: Part = (table) =>
  table === 'name_claim' ? null : directoryPart(0, 1)(table)
