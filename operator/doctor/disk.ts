import { statfs } from 'node:fs/promises'
import { onePerDisk } from '../../base/files/disks.ts'
import { tryWriting } from '../../base/files/writable_disk.ts'
import type { Settings } from '../../base/settings/settings.ts'
import { codeOf } from '../../base/values/fault_code.ts'
import { foldersOfData } from '../../embedded/folder.ts'
import type { Check } from './check.ts'
import { look } from './run_check.ts'

const MB = 1024 * 1024
/** With less than this, writes are soon refused. */
const LEAST = 100 * MB
const LEAST_FILES = 1_000

/** Whether the data can be written, and there is room: without, the program answers 503 to most requests. */
export async function checkDisk(settings: Settings): Promise<Check[]> {
  const { dataDir, database } = settings
  if (database === 'engine') return []
  const folders = foldersOfData(settings, process.env)
  const disks = await onePerDisk(folders).catch(() => [dataDir])
  return Promise.all(
    disks.map((folder) => lookAt(folder, folder === dataDir ? 'Disk' : `Disk of ${folder}`)),
  )
}

function lookAt(folder: string, name: string): Promise<Check> {
  const mend = `make room on the disk of ${folder}; the program goes on by itself`
  return look(name, mend, async () => {
    if (await isReadOnly(folder)) {
      const again = `mend the disk of ${folder}, mount it anew, and start the program again`
      return { state: 'failed', found: 'it can only be read', mend: again }
    }
    const { bavail, bsize, files, ffree } = await statfs(folder)
    const found = `${Math.floor((bavail * bsize) / MB)} MB are free`
    if (bavail * bsize < LEAST) return { state: 'failed', found, mend }
    // File systems that make them as they are needed say 0 of 0.
    if (files > 0 && ffree < LEAST_FILES) {
      return { state: 'failed', found: `there is room for ${ffree} files more`, mend }
    }
    return { state: 'ok', found }
  })
}

const isReadOnly = (folder: string): Promise<boolean> =>
  tryWriting(folder, 'doctor').then(
    () => false,
    (err) => codeOf(err) === 'EROFS',
  )
