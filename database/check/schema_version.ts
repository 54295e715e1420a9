import { closeSync, openSync, readSync } from 'node:fs'
import { WalReader } from '../replication/wal.ts'

/** Of the header of a database (https://www.sqlite.org/fileformat.html#the_database_header). */
const HEADER = { bytes: 100, magic: 'SQLite format 3\0', userVersion: 60 }

/**
 * The schema version of a database, read from its file and its log: it is not opened, so nothing is
 * locked, made or written, whoever runs this.
 *
 * @returns 0 for one that is not made yet
 * @throws {Error} when it is no database
 */
export function readSchemaVersion(path: string): number {
  const log = new WalReader(path)
  try {
    const header = log.read()?.pages.get(1) ?? readHeader(path)
    if (header.length === 0) return 0
    if (!header.toString('latin1').startsWith(HEADER.magic)) {
      throw new Error(`${path} is no database: vestibule doctor --data`)
    }
    return header.readUInt32BE(HEADER.userVersion)
  } finally {
    log.close()
  }
}

function readHeader(path: string): Buffer {
  const file = openSync(path, 'r')
  try {
    const bytes = Buffer.alloc(HEADER.bytes)
    return bytes.subarray(0, readSync(file, bytes, 0, HEADER.bytes, 0))
  } finally {
    closeSync(file)
  }
}
