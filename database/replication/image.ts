import { closeSync, ftruncateSync, openSync, writeSync } from 'node:fs'
import { pagesOf, sizeAfter } from './record.ts'

/** A database that is put together in a file: first its snapshot, then what changed since. */
export class Image {
  readonly #file: number
  #size = 0

  /** @param path what is there is replaced */
  constructor(path: string) {
    this.#file = openSync(path, 'w', 0o600)
  }

  /** Adds the next piece of the snapshot. */
  append(piece: Buffer): void {
    this.#write(piece, this.#size)
    this.#size += piece.length
  }

  apply(record: Buffer): void {
    for (const [at, page] of pagesOf(record)) this.#write(page, at)
    this.#size = sizeAfter(record)
  }

  /** Cuts off what the last change left behind the end of the database. */
  close(): void {
    try {
      ftruncateSync(this.#file, this.#size)
    } finally {
      closeSync(this.#file)
    }
  }

  #write(bytes: Buffer, at: number): void {
    for (let done = 0; done < bytes.length; ) {
      done += writeSync(this.#file, bytes, done, bytes.length - done, at + done)
    }
  }
}
