import { constants } from 'node:fs'
import { open, rm, statfs } from 'node:fs/promises'
import { join } from 'node:path'
import { DISK_LOOK } from '../lifetimes.ts'
import { onePerDisk } from './disks.ts'

const MB = 1024 * 1024
/** With less than this, databases soon take nothing; again well only with so much. */
const LEAST = MB
const ENOUGH_AGAIN = 16 * MB

/**
 * Writes a file of nothing: after an error a disk may say that it can be written, and take nothing. Root may look in a
 * folder of the service's user, who could make a link there to what is root's: none is followed, and nothing is emptied.
 *
 * @param name of who looks
 * @throws {Error} of the file system
 */
export async function tryWriting(folder: string, name: string): Promise<void> {
  const path = join(folder, `.${name}-${process.pid}`)
  const { O_WRONLY, O_CREAT, O_NOFOLLOW } = constants
  const file = await open(path, O_WRONLY | O_CREAT | O_NOFOLLOW, 0o600)
  await file.close()
  // Another look at the same time may have removed it.
  await rm(path, { force: true })
}

/**
 * Whether the disks of some folders take writes. They are looked at again after a while only, and after one was full it
 * has to have more room than it was full with, so that the answer does not go to and fro.
 */
export class WritableDisk {
  readonly #folders: readonly string[]
  readonly #full = new Set<string>()
  #isLooking = false
  #looked: { at: number; isWritable: Promise<boolean> } | null = null

  /** @param folders which may be on one disk */
  constructor(...folders: readonly string[]) {
    this.#folders = folders
  }

  /**
   * Waits for a disk that hangs. It is looked at once at a time: each look that waits holds one of the few threads by
   * which this process reads and writes files, looks up names and hashes passwords.
   */
  isWritable(): Promise<boolean> {
    const now = performance.now()
    if (this.#looked === null || (!this.#isLooking && now - this.#looked.at > DISK_LOOK)) {
      this.#looked = { at: now, isWritable: this.#look() }
    }
    return this.#looked.isWritable
  }

  async #look(): Promise<boolean> {
    this.#isLooking = true
    try {
      for (const folder of await onePerDisk(this.#folders)) {
        if (await this.#isFull(folder)) return false
        await tryWriting(folder, 'health')
      }
      return true
    } catch {
      return false
    } finally {
      this.#isLooking = false
    }
  }

  async #isFull(folder: string): Promise<boolean> {
    const { bavail, bsize } = await statfs(folder)
    const isFull = bavail * bsize < (this.#full.has(folder) ? ENOUGH_AGAIN : LEAST)
    if (isFull) this.#full.add(folder)
    else this.#full.delete(folder)
    return isFull
  }
}
