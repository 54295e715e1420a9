import { mkdirSync, statSync } from 'node:fs'
import { mkdir, stat } from 'node:fs/promises'
import { dirname } from 'node:path'

/** Only its owner can look into it. */
const MODE = 0o700

/**
 * Makes a folder that is not there, and those above it. Node.js's own `recursive` tries for ever where the system lets
 * nobody make a folder and says ENOENT of it, as in `/proc` and where an automounter mounts.
 *
 * @throws {Error} where it cannot be made, or something else is in its place
 */
export async function makeFolder(path: string): Promise<void> {
  try {
    await mkdir(path, { mode: MODE })
  } catch (err) {
    if ((await stat(path).catch(() => null))?.isDirectory()) return
    const isAboveThere = await stat(dirname(path)).then(
      () => true,
      () => false,
    )
    assertMissing(err, path, isAboveThere)
    await makeFolder(dirname(path))
    await makeFolder(path)
  }
}

/** As {@link makeFolder}. */
export function makeFolderSync(path: string): void {
  try {
    mkdirSync(path, { mode: MODE })
  } catch (err) {
    if (statOf(path)?.isDirectory()) return
    assertMissing(err, path, statOf(dirname(path)) !== undefined)
    makeFolderSync(dirname(path))
    makeFolderSync(path)
  }
}

/** Does nothing where it was not made because the one above it is missing. */
function assertMissing(err: unknown, path: string, isAboveThere: boolean): void {
  if ((err as NodeJS.ErrnoException).code !== 'ENOENT') throw err
  if (isAboveThere) throw new Error(`no folder can be made in ${dirname(path)}`, { cause: err })
}

function statOf(path: string) {
  try {
    return statSync(path, { throwIfNoEntry: false })
  } catch {
    return undefined
  }
}
