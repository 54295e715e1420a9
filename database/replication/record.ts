import { MAX_VALUE } from './kv.ts'
import type { Change } from './wal.ts'

const HEADER = 9
const NUMBER = 4

/**
 * Writes a change as values of the key-value storage: whether it is the last of its change, pages
 * in the database, page size, then number and image of each page.
 */
export function writeRecords({ pages, pageCount }: Change): Buffer[] {
  const images = [...pages]
  const pageSize = images[0]?.[1].length ?? 0
  const perRecord = Math.floor((MAX_VALUE - HEADER) / (NUMBER + pageSize))
  const records: Buffer[] = []
  for (let from = 0; from < images.length; from += perRecord) {
    const part = images.slice(from, from + perRecord)
    const record = Buffer.alloc(HEADER + part.length * (NUMBER + pageSize))
    record.writeUInt8(from + perRecord >= images.length ? 1 : 0, 0)
    record.writeUInt32BE(pageCount, 1)
    record.writeUInt32BE(pageSize, 5)
    for (const [i, [number, image]] of part.entries()) {
      const at = HEADER + i * (NUMBER + pageSize)
      record.writeUInt32BE(number, at)
      image.copy(record, at + NUMBER)
    }
    records.push(record)
  }
  return records
}

/** Whether a record is the last of its change. */
export function isLast(record: Buffer): boolean {
  return record.readUInt8(0) === 1
}

/** Bytes of the database once a record is applied. */
export function sizeAfter(record: Buffer): number {
  return record.readUInt32BE(1) * record.readUInt32BE(5)
}

/** The pages of a record: where in the database each lies, in bytes, and its image. */
export function* pagesOf(record: Buffer): Generator<[at: number, image: Buffer]> {
  const pageSize = record.readUInt32BE(5)
  for (let at = HEADER; at < record.length; at += NUMBER + pageSize) {
    const number = record.readUInt32BE(at)
    yield [(number - 1) * pageSize, record.subarray(at + NUMBER, at + NUMBER + pageSize)]
  }
}
