import { rm, statfs, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { DISK_LOOK } from './lifetimes.ts'

const MB = 1024 * 1024
/** With less than this, databases soon take nothing; again well only with so much. */
const LEAST = MB
const ENOUGH_AGAIN = 16 * MB

/**
 * Writes a file of nothing: after an error a disk may say that it can be written, and take nothing.
 *
 * @param name of who looks
 * @throws {Error} of the file system
 */
export async function tryWriting(folder: string, name: string): Promise<void> {
  const path = join(folder, `.${name}-${process.pid}`)
  await writeFile(path, '')
  // Another look at the same time may have removed it.
  await rm(path, { force: true })
}

/**
 * Whether the disk of a folder takes writes. It is looked at again after a while only, and after it was full it has to
 * have more room than it was full with, so that the answer does not go to and fro.
 */
export class WritableDisk {
  readonly #folder: string
  #isFull = false
  #looked: { at: number; isWritable: Promise<boolean> } | null = null

  constructor(folder: string) {
    this.#folder = folder
  }

  /** Waits for a disk that hangs. */
  isWritable(): Promise<boolean> {
    const now = performance.now()
    if (this.#looked === null || now - this.#looked.at > DISK_LOOK) {
      this.#looked = { at: now, isWritable: this.#look() }
    }
    return this.#looked.isWritable
  }

  async #look(): Promise<boolean> {
    try {
      const { bavail, bsize } = await statfs(this.#folder)
      const free = bavail * bsize
      this.#isFull = free < (this.#isFull ? ENOUGH_AGAIN : LEAST)
      if (this.#isFull) return false
      await tryWriting(this.#folder, 'health')
      return true
    } catch {
      return false
    }
  }
}
