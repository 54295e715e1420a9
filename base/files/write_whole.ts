import { renameSync, rmSync, writeFileSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'

/**
 * Writes a small file for its owner alone, in one step, also in the place of one that is there: what a kill or a full disk
 * leaves of it is not under its name.
 */
export function writeWhole(path: string, content: string): void {
  const fresh = join(dirname(path), `.${basename(path)}.writing`)
  // Also a link, which root would follow in a folder of the service's user.
  rmSync(fresh, { force: true })
  try {
    writeFileSync(fresh, content, { mode: 0o600, flag: 'wx', flush: true })
    renameSync(fresh, path)
  } finally {
    rmSync(fresh, { force: true })
  }
}
