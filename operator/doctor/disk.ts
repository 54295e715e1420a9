import { rm, statfs, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Settings } from '../../base/settings.ts'
import type { Check } from '../check.ts'
import { look } from './look.ts'

const MB = 1024 * 1024
/** With less than this, writes are soon refused. */
const LEAST = 100 * MB
const LEAST_FILES = 1_000

/** Whether the data can be written, and there is room: without, the program answers 503 to most requests. */
export async function checkDisk({ dataDir, database }: Settings): Promise<Check[]> {
  if (database === 'engine') return []
  const mend = `make room on the disk of ${dataDir}; the program goes on by itself`
  const check = look('Disk', mend, async () => {
    if (await isReadOnly(dataDir)) {
      const again = `mend the disk of ${dataDir}, mount it anew, and start the program again`
      return { state: 'failed', found: 'it can only be read', mend: again }
    }
    const { bavail, bsize, files, ffree } = await statfs(dataDir)
    const found = `${Math.floor((bavail * bsize) / MB)} MB are free`
    if (bavail * bsize < LEAST) return { state: 'failed', found, mend }
    // File systems that make them as they are needed say 0 of 0.
    if (files > 0 && ffree < LEAST_FILES) {
      return { state: 'failed', found: `there is room for ${ffree} files more`, mend }
    }
    return { state: 'ok', found }
  })
  return [await check]
}

/** After an error a disk may say that it can be written, and take nothing. */
async function isReadOnly(dataDir: string): Promise<boolean> {
  const path = join(dataDir, `.doctor-${process.pid}`)
  try {
    await writeFile(path, '')
    // Another look at the same time may have removed it.
    await rm(path, { force: true })
    return false
  } catch (err) {
    return (err as NodeJS.ErrnoException).code === 'EROFS'
  }
}
