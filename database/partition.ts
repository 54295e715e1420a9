import { hashSecret } from './hash.ts'

/**
 * Which of `of` databases keeps what a hash names. What names it is kept as its hash or whole, so
 * that what is there can be dealt out anew.
 */
export function partitionOfHash(hash: Buffer, of: number): number {
  return hash.readUInt32BE(0) % of
}

/** The same by the name itself: the id of an authorization request or device, a code, a nonce, … */
export function partitionOf(id: string, of: number): number {
  return partitionOfHash(hashSecret(id), of)
}
