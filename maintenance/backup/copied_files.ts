import { statSync } from 'node:fs'
import { chmod, copyFile, readdir } from 'node:fs/promises'
import { dirname, join, relative } from 'node:path'
import { sha256File } from '../../base/files/checksum.ts'
import { explainUnreadable, isThere } from '../../base/files/files.ts'
import { makeFolder } from '../../base/files/make_folder.ts'
import { codeOf } from '../../base/values/fault_code.ts'

/** Paths of all files below a folder, in order; none where there is no such folder. */
export async function listFiles(folder: string): Promise<string[]> {
  if (!isThere(folder)) return []
  const entries = await readdir(folder, { recursive: true, withFileTypes: true })
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)))
    .sort()
}

/** What the manifest says of a file of a backup. */
export async function describe(folder: string, path: string) {
  const { size } = statSync(join(folder, path))
  return { path, bytes: size, sha256: await sha256File(join(folder, path), size) }
}

/** @throws {Error} where it is missing, or not what the manifest says */
export async function copyVerified(
  from: string,
  { path, sha256 }: { path: string; sha256: string },
  target: string,
): Promise<void> {
  makeFolder(dirname(target))
  await copyFile(join(from, path), target).catch((err) => {
    if (codeOf(err) !== 'ENOENT') throw explainUnreadable(err, join(from, path))
    throw new Error(`${path} is missing from the backup; restore another one`, { cause: err })
  })
  await chmod(target, 0o600)
  if ((await sha256File(target, statSync(target).size)) !== sha256) {
    throw new Error(`${path} has changed since the backup (other checksum); restore another one`)
  }
}
