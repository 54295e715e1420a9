import { closeSync, fstatSync, openSync, readSync } from 'node:fs'
import { codeOf } from '../../base/values/fault_code.ts'

/** Pages by their number (from 1), and how many the database has with them. */
export type Change = { pages: Map<number, Buffer>; pageCount: number }

const HEADER = 32
const FRAME_HEADER = 24

/**
 * Reads what was committed to a database from its write-ahead log, once each.
 *
 * Only for a database with one connection and without automatic checkpoints, whose log begins
 * empty: so a frame that was read is never written again, and the log starts anew only where
 * {@link WalReader.truncated} says so.
 *
 * @see https://www.sqlite.org/fileformat.html#the_write_ahead_log
 */
export class WalReader {
  readonly #path: string
  #file: number | null = null
  #offset = 0

  /** @param path of the database */
  constructor(path: string) {
    this.#path = `${path}-wal`
  }

  /** What was committed since the last call, or null. */
  read(): Change | null {
    const log = this.#readOn()
    if (!log) return null
    const { bytes, pageSize } = log
    const change: Change = { pages: new Map(), pageCount: 0 }
    const transaction: [number, Buffer][] = []
    const frame = FRAME_HEADER + pageSize
    let committed = 0
    for (let at = 0; at + frame <= bytes.length; at += frame) {
      const page = bytes.subarray(at + FRAME_HEADER, at + frame)
      transaction.push([bytes.readUInt32BE(at), page])
      const pageCount = bytes.readUInt32BE(at + 4)
      if (pageCount === 0) continue
      for (const [number, image] of transaction.splice(0)) change.pages.set(number, image)
      change.pageCount = pageCount
      committed = at + frame
    }
    this.#offset += committed
    return committed === 0 ? null : change
  }

  /** The log was folded into the database and is empty again. */
  truncated(): void {
    this.#offset = 0
  }

  close(): void {
    if (this.#file !== null) closeSync(this.#file)
    this.#file = null
  }

  #readOn(): { bytes: Buffer; pageSize: number } | null {
    this.#file ??= open(this.#path)
    if (this.#file === null) return null
    const { size } = fstatSync(this.#file)
    if (this.#offset === 0) this.#offset = HEADER
    if (size <= this.#offset) return null
    const header = read(this.#file, 0, HEADER)
    return {
      bytes: read(this.#file, this.#offset, size - this.#offset),
      pageSize: header.readUInt32BE(8),
    }
  }
}

function open(path: string): number | null {
  try {
    return openSync(path, 'r')
  } catch (err) {
    if (codeOf(err) === 'ENOENT') return null
    throw err
  }
}

function read(file: number, at: number, length: number): Buffer {
  const bytes = Buffer.alloc(length)
  return bytes.subarray(0, readSync(file, bytes, 0, length, at))
}
