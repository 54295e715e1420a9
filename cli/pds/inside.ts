import { isThere } from '../../base/files/files.ts'
import { folderOf } from '../../embedded/folder.ts'
import type { Output } from '../terminal/output.ts'

/**
 * Notes what a command on data does not do with those of the PDS inside, where there are some.
 *
 * @param env the settings of the installation, where the data are its own
 * @param sentence with their folder
 */
export function notePdsInside(
  output: Output,
  dataDir: string,
  env: NodeJS.ProcessEnv,
  sentence: (folder: string) => string,
): void {
  const folder = folderOf({ dataDir }, env)
  if (isThere(folder)) output.note(sentence(folder))
}
