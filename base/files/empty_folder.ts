import { chmod, readdir } from 'node:fs/promises'
import { codeOf } from '../values/fault_code.ts'
import { explainUnwritable } from './files.ts'
import { makeFolder } from './make_folder.ts'

/** Why a path can be no new folder. */
export const inTheWay = (path: string) =>
  `${path} cannot be a folder: a file is in the way; name a new folder`
export const notEmpty = (path: string) => `${path} is not empty; name a new folder`

/** A folder that its owner alone can read. @throws {Error} where there is something in it, or a file in its place */
export async function makeEmptyFolder(folder: string): Promise<void> {
  try {
    makeFolder(folder)
  } catch (err) {
    const code = codeOf(err)
    if (code !== 'EEXIST' && code !== 'ENOTDIR') throw explainUnwritable(err, folder)
    throw new Error(inTheWay(folder), { cause: err })
  }
  if ((await readdir(folder)).length > 0) throw new Error(notEmpty(folder))
  await chmod(folder, 0o700).catch((err) => {
    throw explainUnwritable(err, folder)
  })
}
