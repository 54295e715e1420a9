import { rmSync } from 'node:fs'
import { type Epoch, type Head, keys, type Snapshot, type Stretch } from './head.ts'
import { Image } from './image.ts'
import type { KvReader } from './kv.ts'
import { isLast } from './record.ts'
import { chunkKeys } from './snapshot.ts'

/** Values asked for at once: at most 2 MiB, which a message between processes may have (`actors/hosting/setup.ts`). */
const AT_ONCE = 16

/** Raised when what the head names is not there. */
export class MissingPartError extends Error {
  constructor(key: string) {
    super(`a part of it is missing: ${key}`)
    this.name = 'MissingPartError'
  }
}

/** What a database was found to be made of. */
export type Restored = {
  snapshot: Snapshot | null
  /** Everything that was applied to the snapshot. */
  base: Stretch[]
  /** Bytes of that. */
  logBytes: number
  /** Keys that nothing refers to any more once a newer head stands. */
  stale: string[]
}

/**
 * Reads the database that `epochs` (oldest first) made into the file at `path`, piece by piece. No file is
 * made where nothing is kept.
 *
 * @throws {MissingPartError}
 */
export async function restore(
  kv: KvReader,
  epochs: readonly Epoch[],
  path: string,
): Promise<Restored> {
  const stale = epochs.map(({ epoch }) => keys.head(epoch))
  const newest = epochs.findLast(({ head }) => head !== null)
  if (!newest?.head) return { snapshot: null, base: [], logBytes: 0, stale }
  const { epoch, head } = newest
  if (head.unfinished) stale.push(...chunkKeys(head.unfinished))
  const image = new Image(path)
  try {
    return { ...(await readInto(image, kv, epoch, head)), snapshot: head.snapshot, stale }
  } catch (err) {
    rmSync(path, { force: true })
    throw err
  } finally {
    image.close()
  }
}

async function readInto(
  image: Image,
  kv: KvReader,
  epoch: string,
  head: Head,
): Promise<Pick<Restored, 'base' | 'logBytes'>> {
  let logBytes = 0
  const apply = (record: Buffer) => {
    image.apply(record)
    logBytes += record.length
  }
  const chunks = head.snapshot ? chunkKeys(head.snapshot) : []
  let left = chunks.length
  for await (const value of readAll(kv, [...chunks, ...head.base.flatMap(recordKeys)])) {
    if (left-- > 0) image.append(value)
    else apply(value)
  }
  let to = head.from
  const change: Buffer[] = []
  for await (const record of readUntilMissing(kv, epoch, head.from)) {
    change.push(record)
    if (!isLast(record)) continue
    to += change.length
    for (const each of change.splice(0)) apply(each)
  }
  const own = to > head.from ? [{ epoch, from: head.from, to }] : []
  return { base: [...head.base, ...own], logBytes }
}

/** Index of the record that an epoch writes next, found from the one with the index `from`. */
export async function nextRecord(kv: KvReader, epoch: string, from: number): Promise<number> {
  let next = from
  for await (const _ of readUntilMissing(kv, epoch, from)) next++
  return next
}

export function recordKeys({ epoch, from, to }: Stretch): string[] {
  return Array.from({ length: to - from }, (_, i) => keys.record(epoch, from + i))
}

async function* readAll(kv: KvReader, wanted: readonly string[]): AsyncGenerator<Buffer> {
  for (let from = 0; from < wanted.length; from += AT_ONCE) {
    const part = wanted.slice(from, from + AT_ONCE)
    for (const [i, value] of (await kv.get(part)).entries()) {
      if (!value) throw new MissingPartError(part[i] as string)
      yield Buffer.from(value)
    }
  }
}

async function* readUntilMissing(
  kv: KvReader,
  epoch: string,
  from: number,
): AsyncGenerator<Buffer> {
  for (let next = from; ; next += AT_ONCE) {
    for (const value of await kv.get(recordKeys({ epoch, from: next, to: next + AT_ONCE }))) {
      if (!value) return
      yield Buffer.from(value)
    }
  }
}
