import { readdirSync, renameSync, rmdirSync, statSync } from 'node:fs'
import { readdir, rm } from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'
import { z } from 'zod'
import { explainUnwritable, isThere } from '../base/files.ts'
import { giveAloneToOwnerOf, giveToOwnerOf } from '../base/ownership.ts'
import { syncAll, syncEntries } from './file_copies.ts'

const PREPARED = '.restoring'
/** What may be in a folder that is free: a disk that is mounted there has the first, a restore that was killed left the second. */
const OF_NOBODY = ['lost+found', PREPARED]

/** `isFolder`: the place is there, as a folder that is free; `isDisk`: a disk of its own is mounted there. */
export const partElsewhere = z.object({
  prepared: z.string(),
  place: z.string(),
  isFolder: z.boolean(),
  isDisk: z.boolean(),
})
export type PartElsewhere = z.infer<typeof partElsewhere>

/**
 * Parts of the data of a PDS whose places are outside of the data directory. Each is prepared on the disk of its place, and
 * they are moved there once that is decided.
 */
export class PartsElsewhere {
  readonly #parts: PartElsewhere[] = []

  /** @returns where to prepare the part that belongs to a place, which is free */
  async add(given: string): Promise<string> {
    // Another program may move it, which was started in another folder.
    const place = resolve(given)
    const isFolder = isThere(place)
    // A disk may be mounted there, or a link lead to one: then a folder cannot take that place, and may not.
    const prepared = isFolder ? join(place, PREPARED) : place + PREPARED
    this.#parts.push({ prepared, place, isFolder, isDisk: isFolder && isDisk(place) })
    await rm(prepared, { recursive: true, force: true })
    return prepared
  }

  /** Once all is prepared: puts it on the disk. @returns what {@link moveParts} takes */
  finish(dataDir: string): readonly PartElsewhere[] {
    for (const { prepared, place, isFolder } of this.#parts) {
      syncAll(prepared)
      giveToOwnerOf(dataDir, prepared)
      if (isFolder) giveAloneToOwnerOf(dataDir, place)
    }
    return this.#parts
  }

  /** Takes away what was prepared. */
  async remove(): Promise<void> {
    for (const { prepared } of this.#parts) await rm(prepared, { recursive: true, force: true })
  }
}

/**
 * Moves parts to their places, or those that were not moved before this was interrupted. The last is the first in its place.
 *
 * @throws {Error} where something is in its place by now, or what was prepared is gone; once that is mended it goes on
 */
export function moveParts(parts: readonly PartElsewhere[]): void {
  for (const { prepared, place, isFolder, isDisk: wasDisk } of parts.toReversed()) {
    const isPrepared = isThere(prepared)
    const isPlaceThere = isThere(place) && (!wasDisk || isDisk(place))
    if (!isPrepared && !isPlaceThere) {
      throw new Error(`${prepared} is not there, which belongs to ${place}: is its disk mounted?`)
    }
    if (isPrepared && !isFolder) moveTo(prepared, place)
    if (isPrepared && isFolder) {
      for (const name of readdirSync(prepared)) moveTo(join(prepared, name), join(place, name))
      rmdirSync(prepared)
    }
    syncEntries(isFolder ? place : dirname(place))
  }
}

/** Whether another disk is there than where the folder stands. Without it, that folder is empty, and there all the same. */
const isDisk = (place: string) => statSync(place).dev !== statSync(dirname(place)).dev

function moveTo(from: string, to: string): void {
  if (isThere(to)) {
    throw new Error(`${to} is in the way of what the PDS inside kept: move it away`)
  }
  try {
    renameSync(from, to)
  } catch (err) {
    throw explainUnwritable(err, dirname(to))
  }
}

/** @throws {Error} where a part of the data is there without the accounts */
export async function assertFree(path: string): Promise<void> {
  if (!isThere(path)) return
  const names = await readdir(path).catch(() => ['itself'])
  if (names.every((name) => OF_NOBODY.includes(name))) return
  throw new Error(`${path} is a part of what a PDS keeps, without its accounts: move it away`)
}
