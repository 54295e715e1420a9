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

/** An id that each of the partitions keeps, in their order. */
export function oneIdOfEach(partitions: number): string[] {
  const ids: string[] = []
  for (let n = 0, found = 0; found < partitions; n++) {
    const partition = partitionOf(String(n), partitions)
    if (ids[partition] !== undefined) continue
    ids[partition] = String(n)
    found++
  }
  return ids
}
