import { statSync } from 'node:fs'

/**
 * Two writes within one tick of the kernel's clock, some milliseconds, have the same time; some file systems count
 * whole seconds. What changed so recently, ms, may change again without being seen.
 */
const RECENT = 2_500

/**
 * What tells apart the states of a database in a file: size and times of it and of its write-ahead log, to which
 * SQLite appends each commit or which it begins anew. The inode's time of change can be set by nobody.
 *
 * @returns null where it changed a moment ago
 */
export function signOfFile(path: string, now = Date.now()): string | null {
  const parts: string[] = []
  for (const file of [path, `${path}-wal`]) {
    const found = statSync(file, { bigint: true, throwIfNoEntry: false })
    if (!found) continue
    const { ino, size, mtimeNs, ctimeNs, ctimeMs, mtimeMs } = found
    if (Number(ctimeMs) > now - RECENT || Number(mtimeMs) > now - RECENT) return null
    parts.push(`${ino} ${size} ${mtimeNs} ${ctimeNs}`)
  }
  return parts.join()
}
