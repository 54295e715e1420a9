import { chmodSync, mkdirSync, readdirSync, rmSync, statfsSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { isRunning } from '../lab/world/processes/is_running.ts'

/** Where the data of the world lie in memory, if there is room: on a disk each commit is waited for. */
const MEMORY = '/dev/shm'
const ROOM = 2 * 1024 ** 3

/** What the folder of a run is called; the id of its process follows. */
export const RUN_FOLDER = `vestibule-tests-${process.getuid?.()}-`

/**
 * Before all suites: makes the folder of this run, in which their worlds keep what they have.
 *
 * @returns what removes it after them; where a run is killed, the next one does
 */
export function setup(): () => void {
  for (const place of [MEMORY, tmpdir()]) removeAbandoned(place)
  const path = join(hasRoom() ? MEMORY : tmpdir(), `${RUN_FOLDER}${process.pid}`)
  mkdirSync(path)
  // Like the folder around it, since some of what suites run has another user.
  chmodSync(path, 0o1777)
  process.env.WORLD_DATA = path
  return () => remove(path)
}

/** Removes what runs left in a folder that have ended. */
export function removeAbandoned(place: string): void {
  for (const name of namesIn(place)) {
    if (name.startsWith(RUN_FOLDER) && !isRunning(Number(name.slice(RUN_FOLDER.length))))
      remove(join(place, name))
  }
}

function remove(path: string): void {
  rmSync(path, { recursive: true, force: true, maxRetries: 3 })
}

function hasRoom(): boolean {
  try {
    const { bavail, bsize } = statfsSync(MEMORY)
    return bavail * bsize >= ROOM
  } catch {
    // Only Linux has one, and not every container.
    return false
  }
}

function namesIn(place: string): string[] {
  try {
    return readdirSync(place)
  } catch {
    return []
  }
}
