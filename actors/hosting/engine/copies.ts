import { readdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import type { Settings } from '../../../base/settings/settings.ts'
import { codeOf } from '../../../base/values/fault_code.ts'

let opened = 0

/** Where this process puts the next replica, the local file of a database that an engine keeps. */
export function nextCopy({ dataDir }: Pick<Settings, 'dataDir'>): string {
  return join(dataDir, 'copies', String(process.pid), `${opened++}.sqlite`)
}

/** Removes the replicas of processes that are gone. */
export function removeOldCopies({ dataDir }: Pick<Settings, 'dataDir'>): void {
  const folder = join(dataDir, 'copies')
  for (const pid of namesIn(folder)) {
    if (Number(pid) === process.pid || !isRunning(Number(pid))) {
      rmSync(join(folder, pid), { recursive: true, force: true })
    }
  }
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder)
  } catch (err) {
    if (codeOf(err) === 'ENOENT') return []
    throw err
  }
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (err) {
    return codeOf(err) === 'EPERM'
  }
}
