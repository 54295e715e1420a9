import { existsSync } from 'node:fs'
import { readdir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { roomOfFullest } from '../../base/files/disks.ts'
import { SIZES_INTERVAL } from '../../base/lifetimes.ts'
import type { Log } from '../../base/watching/log.ts'
import { databaseBytes, diskBytes, diskFreeBytes } from '../../base/watching/metrics.ts'
import { every } from '../../base/work/every.ts'

/** Where the databases of each kind lie in the data directory. */
const PLACES = {
  directory: { folder: '.', names: /^directory(-\d+)?\.sqlite/, recursive: false },
  accounts: { folder: 'accounts', names: /\.sqlite/, recursive: true },
  auth: { folder: 'auth', names: /\.sqlite/, recursive: false },
  limits: { folder: 'limits', names: /\.sqlite/, recursive: false },
} as const

type SizedFolder = (typeof PLACES)[keyof typeof PLACES]

/** How many files are looked at in all folders of one kind. */
const MOST_LOOKED_AT = 10_000

/**
 * Keeps the metrics of how much room the data take, and is left.
 *
 * @param folders of all data, at each of which a disk may be mounted
 * @param mostLookedAt of many accounts the files of each folder are estimated by some of them, this many in all
 * @returns what ends it
 */
export function watchSizes(
  dataDir: string,
  folders: readonly string[],
  log: Log,
  mostLookedAt = MOST_LOOKED_AT,
): () => void {
  const look = async () => {
    const { free, total } = await roomOfFullest(folders)
    diskBytes.set(total)
    diskFreeBytes.set(free)
    for (const [database, place] of Object.entries(PLACES)) {
      databaseBytes.set({ database }, await bytesIn(dataDir, place, mostLookedAt))
    }
  }
  return every(SIZES_INTERVAL, 'looking how much room the data take', look, log)
}

/** One folder after the other: there may be a million files, whose names alone take hundreds of MiB. */
async function bytesIn(
  dataDir: string,
  { folder, names, recursive }: SizedFolder,
  mostLookedAt: number,
) {
  const path = join(dataDir, folder)
  if (!existsSync(path)) return 0
  const folders = recursive ? (await readdir(path)).map((name) => join(path, name)) : [path]
  const mostOfOne = Math.ceil(mostLookedAt / Math.max(1, folders.length))
  let bytes = 0
  for (const each of folders) {
    const files = (await namesIn(each)).filter((name) => names.test(name))
    const some = files.slice(0, mostOfOne)
    let ofSome = 0
    for (const name of some) ofSome += await sizeOf(join(each, name))
    if (some.length > 0) bytes += (ofSome / some.length) * files.length
  }
  return Math.round(bytes)
}

/** None where there is no such folder, or no folder. */
function namesIn(path: string): Promise<string[]> {
  return readdir(path).catch(() => [])
}

/** 0 where it has gone meanwhile, as the log of a database that was closed. */
function sizeOf(path: string): Promise<number> {
  return stat(path).then(
    (found) => (found.isFile() ? found.size : 0),
    () => 0,
  )
}
