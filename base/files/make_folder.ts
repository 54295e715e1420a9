import { mkdirSync, statSync } from 'node:fs'
import { dirname } from 'node:path'
import { codeOf } from '../values/fault_code.ts'

/** Only its owner can look into it. */
const MODE = 0o700

/**
 * Makes a folder that is not there, and those above it. Node.js's own `recursive` tries for ever where the system lets
 * nobody make a folder and says ENOENT of it, as in `/proc` and where an automounter mounts.
 *
 * @returns those that were made, the outermost first
 * @throws {Error} where it cannot be made, or something else is in its place
 */
export function makeFolder(path: string): string[] {
  try {
    mkdirSync(path, { mode: MODE })
    return [path]
  } catch (err) {
    if (statOf(path)?.isDirectory()) return []
    const above = dirname(path)
    if (codeOf(err) !== 'ENOENT') throw err
    if (statOf(above)) throw new Error(`no folder can be made in ${above}`, { cause: err })
    return [...makeFolder(above), ...makeFolder(path)]
  }
}

function statOf(path: string) {
  try {
    return statSync(path, { throwIfNoEntry: false })
  } catch {
    return undefined
  }
}
