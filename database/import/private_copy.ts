import { copyFile, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { explainUnreadable } from '../../base/files/files.ts'
import { makeTemporaryFolder } from '../../base/files/temporary_folder.ts'
import { codeOf } from '../../base/values/fault_code.ts'

/** How often a database is copied again that changed while it was copied. */
const ATTEMPTS = 5

/**
 * Copies a database of another user, with the files beside it, into a folder of this process. To open
 * the database itself, even to read, would write files beside it. That fails where this user may not
 * write; and where this user may, the owner could not write to those files.
 *
 * @returns the path of the copy, and what removes it
 * @throws {Error} when there is none, it may not be read or does not stand still
 */
export async function copyPrivately(
  path: string,
): Promise<{ path: string; remove(): Promise<void> }> {
  const folder = await makeTemporaryFolder('import')
  try {
    const copy = join(folder.path, 'account.sqlite')
    for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
      const before = await lookAt(path)
      for (const end of before.keys()) await copyFile(path + end, copy + end)
      const after = await lookAt(path)
      if (String([...before]) === String([...after])) return { path: copy, remove: folder.remove }
      for (const end of before.keys()) await rm(copy + end, { force: true })
    }
    throw new Error(`${path} changes while it is read: stop the PDS, or give a copy of its data`)
  } catch (err) {
    await folder.remove()
    throw explainUnreadable(err, path)
  }
}

/** The files of a database, by how their names end, with what changes when they do. */
async function lookAt(path: string): Promise<Map<string, string>> {
  const files = new Map<string, string>()
  for (const end of ['', '-wal', '-journal']) {
    const { ino, size, mtimeNs } = await stat(path + end, { bigint: true }).catch((err) => {
      if (codeOf(err) !== 'ENOENT') throw err
      if (end === '') {
        throw new Error(`There is no ${path}; name the data folder of the PDS`, { cause: err })
      }
      return { ino: null, size: null, mtimeNs: null }
    })
    if (ino !== null) files.set(end, `${ino} ${size} ${mtimeNs}`)
  }
  return files
}
