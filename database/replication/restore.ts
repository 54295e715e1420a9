import { type Head, keys, type Snapshot, type Stretch } from './head.ts'
import type { Kv } from './kv.ts'
import { applyRecords, countWhole } from './record.ts'

/** Values asked for at once: at most 4 MiB. */
const AT_ONCE = 32

/** A database as it was kept. */
export type Restored = {
  image: Buffer
  snapshot: Snapshot | null
  /** Everything that was applied to the snapshot. */
  base: Stretch[]
  /** Bytes of that. */
  logBytes: number
  /** Keys that nothing refers to any more once a newer head stands. */
  stale: string[]
}

/** Reads the database that `epochs` (oldest first) made. */
export async function restore(
  kv: Kv,
  epochs: { epoch: string; head: Head | null }[],
): Promise<Restored> {
  const stale = epochs.map(({ epoch }) => keys.head(epoch))
  const newest = epochs.findLast(({ head }) => head !== null)
  if (!newest?.head) {
    return { image: Buffer.alloc(0), snapshot: null, base: [], logBytes: 0, stale }
  }
  const { epoch, head } = newest
  if (head.unfinished) stale.push(...chunkKeys(head.unfinished))

  const known = [
    ...(head.snapshot ? chunkKeys(head.snapshot) : []),
    ...head.base.flatMap(recordKeys),
  ]
  const values = await getAll(kv, known)
  const chunks = head.snapshot?.chunks ?? 0
  const records = values.slice(chunks)
  const own = await getUntilMissing(kv, epoch, head.from)
  const whole = own.slice(0, countWhole(own))
  const all = [...records, ...whole]
  const base = [...head.base]
  if (whole.length) base.push({ epoch, from: head.from, to: head.from + whole.length })
  return {
    image: applyRecords(Buffer.concat(values.slice(0, chunks)), all),
    snapshot: head.snapshot,
    base,
    logBytes: all.reduce((sum, record) => sum + record.length, 0),
    stale,
  }
}

export function chunkKeys({ id, chunks }: Snapshot): string[] {
  return Array.from({ length: chunks }, (_, chunk) => keys.chunk(id, chunk))
}

export function recordKeys({ epoch, from, to }: Stretch): string[] {
  return Array.from({ length: to - from }, (_, i) => keys.record(epoch, from + i))
}

async function getAll(kv: Kv, wanted: string[]): Promise<Buffer[]> {
  const values: Buffer[] = []
  for (let from = 0; from < wanted.length; from += AT_ONCE) {
    const part = wanted.slice(from, from + AT_ONCE)
    for (const [i, value] of (await kv.get(part)).entries()) {
      if (!value) throw new Error(`A part of the database is missing: ${part[i]}`)
      values.push(Buffer.from(value))
    }
  }
  return values
}

async function getUntilMissing(kv: Kv, epoch: string, from: number): Promise<Buffer[]> {
  const records: Buffer[] = []
  for (;;) {
    const next = from + records.length
    const values = await kv.get(recordKeys({ epoch, from: next, to: next + AT_ONCE }))
    const missing = values.indexOf(null)
    const found = missing === -1 ? values : values.slice(0, missing)
    records.push(...found.map((value) => Buffer.from(value as Uint8Array)))
    if (missing !== -1) return records
  }
}
