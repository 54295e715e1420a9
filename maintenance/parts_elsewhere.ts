import { readdir, rename, rm, rmdir } from 'node:fs/promises'
import { join } from 'node:path'
import { isThere } from '../base/files.ts'
import { giveAloneToOwnerOf, giveToOwnerOf } from '../base/ownership.ts'
import { syncAll } from './file_copies.ts'

const PREPARED = '.restoring'
/** What may be in a folder that is free: a disk that is mounted there has the first, a restore that was killed left the second. */
const OF_NOBODY = ['lost+found', PREPARED]

/** `isFolder`: the place is there, as a folder that is free. */
type Part = { prepared: string; place: string; isFolder: boolean }

/**
 * Parts of the data of a PDS whose places are outside of the data directory. Each is prepared on the disk of its place, and
 * they are moved there at the end.
 */
export class PartsElsewhere {
  readonly #parts: Part[] = []
  /** What is where it belongs. */
  readonly #moved: string[] = []

  /** @returns where to prepare the part that belongs to a place, which is free */
  async add(place: string): Promise<string> {
    const isFolder = isThere(place)
    // A disk may be mounted there, or a link lead to one: then a folder cannot take that place, and may not.
    const prepared = isFolder ? join(place, PREPARED) : place + PREPARED
    this.#parts.push({ prepared, place, isFolder })
    await rm(prepared, { recursive: true, force: true })
    return prepared
  }

  /** The last that was added is the first in its place. */
  async move(dataDir: string): Promise<void> {
    for (const { prepared, place, isFolder } of this.#parts) {
      syncAll(prepared)
      giveToOwnerOf(dataDir, prepared)
      if (isFolder) giveAloneToOwnerOf(dataDir, place)
    }
    for (const { prepared, place, isFolder } of this.#parts.toReversed()) {
      if (!isFolder) {
        await this.#rename(prepared, place)
        continue
      }
      for (const name of await readdir(prepared)) {
        await this.#rename(join(prepared, name), join(place, name))
      }
      await rmdir(prepared)
    }
  }

  /** Takes all of it away again, also what was moved: the places were free. */
  async remove(): Promise<void> {
    for (const path of [...this.#moved, ...this.#parts.map(({ prepared }) => prepared)]) {
      await rm(path, { recursive: true, force: true })
    }
  }

  async #rename(from: string, to: string): Promise<void> {
    await rename(from, to)
    this.#moved.push(to)
  }
}

/** @throws {Error} where a part of the data is there without the accounts */
export async function assertFree(path: string): Promise<void> {
  if (!isThere(path)) return
  const names = await readdir(path).catch(() => ['itself'])
  if (names.every((name) => OF_NOBODY.includes(name))) return
  throw new Error(`${path} is a part of what a PDS keeps, without its accounts: move it away`)
}
