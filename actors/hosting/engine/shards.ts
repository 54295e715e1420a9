import { createHash } from 'node:crypto'

/**
 * Over how many actors the accounts are spread on an engine. An account never changes its actor, so
 * this number may not change either.
 */
export const SHARDS = 64

/** Key of the actor that keeps an account. */
export function shardOf(did: string): string {
  return String(createHash('sha256').update(did).digest().readUInt32BE(0) % SHARDS)
}
