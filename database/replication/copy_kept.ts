import { isDeepStrictEqual } from 'node:util'
import { listEpochs } from './head.ts'
import type { KvReader } from './kv.ts'
import { restore } from './restore.ts'

/** How often a copy is begun anew because what the database is made of has changed meanwhile. */
const ATTEMPTS = 20

/** What an actor keeps of one database, as those see it who copy it while the actor serves. */
export type Kept = {
  kv: KvReader
  /** Has its owner write down what it is made of ({@link Replica.keepHead}). */
  keepHead(): Promise<void>
}

/**
 * Copies a database that its actor serves meanwhile into a file: as it was at one moment, with all that
 * was answered before the call.
 *
 * What a head names never changes, and is deleted only after another head stands. So what was read between
 * two looks that saw the same heads is what an instance would have read that had woken then
 * (`test/storage/two_writers.pml`).
 *
 * @returns false where none is kept
 * @throws {MissingPartError}
 */
export async function copyKept({ kv, keepHead }: Kept, path: string): Promise<boolean> {
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    const epochs = await listEpochs(kv)
    if (epochs.every(({ head }) => head === null)) return false
    if (epochs.at(-1)?.head === null) {
      await keepHead()
      continue
    }
    const failure = await restore(kv, epochs, path).then(
      () => null,
      (err: unknown) => err,
    )
    if (!isDeepStrictEqual(await listEpochs(kv), epochs)) continue
    if (failure) throw failure
    return true
  }
  throw new Error(`A database changed while it was copied, ${ATTEMPTS} times one after the other`)
}
