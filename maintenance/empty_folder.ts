import { chmod, mkdir, readdir } from 'node:fs/promises'

/** A folder that its owner alone can read. @throws {Error} where there is something in it, or a file in its place */
export async function makeEmptyFolder(folder: string): Promise<void> {
  await mkdir(folder, { recursive: true, mode: 0o700 }).catch((err) => {
    if (err.code !== 'EEXIST' && err.code !== 'ENOTDIR') throw err
    throw new Error(`${folder} cannot be a folder: a file is in the way; name a new folder`, {
      cause: err,
    })
  })
  if ((await readdir(folder)).length > 0)
    throw new Error(`${folder} is not empty; name a new folder`)
  await chmod(folder, 0o700)
}
