import { closeSync, fstatSync, fsyncSync, openSync, readdirSync } from 'node:fs'
import { join } from 'node:path'

/** Puts a folder and all that is in it on the disk. What has another name, as a blob of a PDS, was there before. */
export function syncAll(path: string): void {
  const file = openSync(path, 'r')
  try {
    const found = fstatSync(file)
    if (found.isDirectory()) {
      for (const name of readdirSync(path)) syncAll(join(path, name))
    } else if (found.nlink > 1) return
    fsyncSync(file)
  } finally {
    closeSync(file)
  }
}

/** Puts on the disk which names a folder has. */
export function syncEntries(folder: string): void {
  const descriptor = openSync(folder, 'r')
  try {
    fsyncSync(descriptor)
  } finally {
    closeSync(descriptor)
  }
}
