import { readdirSync, renameSync, rmdirSync, statSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'
import { z } from 'zod'
import {
  explainUnreadable,
  explainUnwritable,
  isThere,
  NoPermissionError,
  readLink,
} from '../../base/files/files.ts'
import { isInside } from '../../base/files/inside.ts'
import { makeFolder } from '../../base/files/make_folder.ts'
import {
  giveAloneToOwnerOf,
  giveToOwnerOf,
  isRootAtOthers,
  withFolder,
} from '../../base/files/ownership.ts'
import { syncAll, syncEntries } from '../../base/files/sync_files.ts'
import { codeOf } from '../../base/values/fault_code.ts'

const PREPARED = '.restoring'
/** What may be in a folder that is free: a disk that is mounted there has the first, a restore that was killed left others. */
export const isOfNobody = (name: string) => name === 'lost+found' || name.endsWith(PREPARED)

/** `isFolder`: the place is there, as a folder that is free; `isDisk`: a disk of its own is mounted there. */
export const partElsewhere = z.object({
  prepared: z.string(),
  place: z.string(),
  isFolder: z.boolean(),
  isDisk: z.boolean(),
})
export type PartElsewhere = z.infer<typeof partElsewhere>

/**
 * Parts of the data whose places are outside of the data directory, as those of a PDS may be, or in a folder of it that is
 * there. Each is prepared on the disk of its place, and they are moved there once that is decided.
 */
export class PartsElsewhere {
  readonly #dataDir: string
  readonly #parts: PartElsewhere[] = []
  /** Folders above the places, which were not there. */
  readonly #made: string[] = []

  constructor(dataDir: string) {
    this.#dataDir = dataDir
  }

  /**
   * @returns where to prepare the part that belongs to a place, which is free
   * @throws {Error} where root would follow a link of another user's
   */
  async add(given: string): Promise<string> {
    // Another program may move it, which was started in another folder.
    const place = resolve(given)
    assertNoLink(resolve(this.#dataDir), place)
    const isFolder = isThere(place)
    for (const made of makeFolder(dirname(place))) {
      giveAloneToOwnerOf(this.#dataDir, made)
      this.#made.push(made)
    }
    // A disk may be mounted there, or a link lead to one: then a folder cannot take that place, and may not.
    const prepared = isFolder ? join(place, PREPARED) : place + PREPARED
    this.#parts.push({ prepared, place, isFolder, isDisk: isFolder && isDisk(place) })
    await rm(prepared, { recursive: true, force: true })
    return prepared
  }

  /** Once all is prepared: puts it on the disk. @returns what {@link moveParts} takes */
  finish(): readonly PartElsewhere[] {
    const dataDir = this.#dataDir
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
    for (const made of this.#made.toReversed()) {
      if (readdirSync(made).length === 0) rmdirSync(made)
    }
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
      withFolder(prepared, (held) => {
        for (const name of readdirSync(held)) moveTo(join(held, name), join(place, name))
      })
      rmdirSync(prepared)
    }
    syncEntries(isFolder ? place : dirname(place))
  }
}

/** Whether another disk is there than where the folder stands. Without it, that folder is empty, and there all the same. */
const isDisk = (place: string) => statSync(place).dev !== statSync(dirname(place)).dev

/** The user of the data directory may have put one there: by it root would write into any folder. */
function assertNoLink(dataDir: string, place: string): void {
  if (!isInside(dataDir, place) || !isRootAtOthers(dataDir)) return
  for (let path = place; path !== dataDir; path = dirname(path)) {
    if (readLink(path) === null) continue
    throw new Error(
      `${path} is a link, and root follows none in ${dataDir}: give this command as the user to whom that belongs`,
    )
  }
}

function moveTo(from: string, to: string): void {
  if (isThere(to)) {
    throw new Error(`${to} is in the way of what is restored: move it away`)
  }
  try {
    renameSync(from, to)
  } catch (err) {
    const explained = explainUnwritable(err, dirname(to))
    if (!(explained instanceof NoPermissionError)) throw explained
    // Root does not do it by what this user's file says.
    throw new Error(`this user may not move it: have root run \`mv ${from} ${to}\`, and go on`, {
      cause: err,
    })
  }
}

/** Whether nothing is there, or a folder that has nothing of anybody. @throws {NoPermissionError} */
export function isFree(path: string): boolean {
  if (!isThere(path)) return true
  try {
    return readdirSync(path).every(isOfNobody)
  } catch (err) {
    if (codeOf(err) === 'ENOTDIR') return false
    throw explainUnreadable(err, path)
  }
}

/** @throws {Error} where a part of the data is there without the accounts */
export function assertFree(path: string): void {
  if (isFree(path)) return
  throw new Error(`${path} is a part of what a PDS keeps, without its accounts: move it away`)
}
