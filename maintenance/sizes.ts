import { existsSync } from 'node:fs'
import { readdir, stat, statfs } from 'node:fs/promises'
import { join } from 'node:path'
import { every } from '../base/every.ts'
import { SIZES_INTERVAL } from '../base/lifetimes.ts'
import type { Log } from '../base/log.ts'
import { databaseBytes, diskBytes, diskFreeBytes } from '../base/metrics.ts'

/** Where the databases of each kind lie in the data directory. */
const PLACES = {
  directory: { folder: '.', names: /^directory(-\d+)?\.sqlite/, recursive: false },
  accounts: { folder: 'accounts', names: /\.sqlite/, recursive: true },
  auth: { folder: 'auth', names: /\.sqlite/, recursive: false },
  limits: { folder: 'limits', names: /\.sqlite/, recursive: false },
} as const

type Place = (typeof PLACES)[keyof typeof PLACES]

/** Keeps the metrics of how much room the data take, and is left. @returns what ends it */
export function watchSizes(dataDir: string, log: Log): () => void {
  const look = async () => {
    const { bsize, blocks, bavail } = await statfs(dataDir)
    diskBytes.set(bsize * blocks)
    diskFreeBytes.set(bsize * bavail)
    for (const [database, place] of Object.entries(PLACES)) {
      databaseBytes.set({ database }, await bytesIn(dataDir, place))
    }
  }
  return every(SIZES_INTERVAL, 'looking how much room the data take', look, log)
}

/** One file after the other: there may be a hundred thousand, and others need the threads. */
async function bytesIn(dataDir: string, { folder, names, recursive }: Place): Promise<number> {
  const path = join(dataDir, folder)
  if (!existsSync(path)) return 0
  let bytes = 0
  for (const entry of await readdir(path, { withFileTypes: true, recursive })) {
    if (entry.isFile() && names.test(entry.name)) {
      bytes += await sizeOf(join(entry.parentPath, entry.name))
    }
  }
  return bytes
}

/** It may have gone meanwhile, as the log of a database that was closed. */
function sizeOf(path: string): Promise<number> {
  return stat(path).then(
    ({ size }) => size,
    () => 0,
  )
}
