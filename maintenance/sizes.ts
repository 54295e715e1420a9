import { type Dirent, existsSync } from 'node:fs'
import { readdir, stat, statfs } from 'node:fs/promises'
import { join } from 'node:path'
import { every } from '../base/every.ts'
import { SIZES_INTERVAL } from '../base/lifetimes.ts'
import type { Log } from '../base/log.ts'
import { databaseBytes, diskBytes, diskFreeBytes } from '../base/metrics.ts'

/** Where the databases of each kind lie in the data directory. */
const PLACES = {
  directory: { folder: '.', names: /^directory\.sqlite/ },
  accounts: { folder: 'accounts', names: /\.sqlite/ },
  auth: { folder: 'auth', names: /\.sqlite/ },
  limits: { folder: 'limits', names: /\.sqlite/ },
} as const

/** Keeps the metrics of how much room the data take, and is left. @returns what ends it */
export function watchSizes(dataDir: string, log: Log): () => void {
  const look = async () => {
    const { bsize, blocks, bavail } = await statfs(dataDir)
    diskBytes.set(bsize * blocks)
    diskFreeBytes.set(bsize * bavail)
    for (const [database, { folder, names }] of Object.entries(PLACES)) {
      databaseBytes.set({ database }, await bytesIn(join(dataDir, folder), names))
    }
  }
  return every(SIZES_INTERVAL, 'looking how much room the data take', look, log)
}

/** One file after the other: there may be a hundred thousand, and others need the threads. */
async function bytesIn(folder: string, names: RegExp): Promise<number> {
  if (!existsSync(folder)) return 0
  let bytes = 0
  for (const entry of await readdir(folder, { withFileTypes: true })) {
    bytes += await bytesOf(folder, entry, names)
  }
  return bytes
}

async function bytesOf(folder: string, entry: Dirent, names: RegExp): Promise<number> {
  const path = join(folder, entry.name)
  if (entry.isDirectory()) return folder.endsWith('accounts') ? bytesIn(path, names) : 0
  if (!names.test(entry.name)) return 0
  // It may have gone meanwhile, as the log of a database that was closed.
  return stat(path).then(
    ({ size }) => size,
    () => 0,
  )
}
