import type { Db } from './database.ts'
import { hashSecret } from './hash.ts'

/**
 * Which of `of` databases keeps what a hash names. What names it is kept as its hash or whole, so
 * that what is there can be dealt out anew.
 */
function partitionOfHash(hash: Buffer, of: number): number {
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

/**
 * A page of what is spread over the partitions, in the order of the ids.
 *
 * @param ofEach the page that each of them has
 * @returns `next` is the id after which the next page begins; null where there is none
 */
export function mergePages<T extends { id: string }>(
  ofEach: readonly (readonly T[])[],
  limit: number,
): { rows: T[]; next: string | null } {
  const rows = ofEach
    .flat()
    .sort((a, b) => (a.id < b.id ? -1 : 1))
    .slice(0, limit)
  return { rows, next: rows.length === limit ? (rows.at(-1)?.id ?? null) : null }
}

/** Makes the SQL functions `hash_of(id)` and `partition_of(hash, of)` for a database. */
export function definePartition(db: Db): void {
  const options = { deterministic: true }
  db.function('hash_of', options, (id: unknown) => hashSecret(String(id)))
  db.function('partition_of', options, (hash: unknown, of: unknown) =>
    partitionOfHash(hash as Buffer, Number(of)),
  )
}
