import { createHash } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

/** The rooms whose code decides what actors can be asked: all floors up to that of actors. */
export const ROOMS: readonly string[] = [
  'actors',
  'base',
  'database',
  'factors',
  'gateway',
  'http',
  'identity',
  'mail',
  'passwords',
  'pds',
  'tokens',
]

/** @param root of the program */
export function versionOfCode(root: string): string {
  const digest = createHash('sha256')
  for (const room of ROOMS) {
    const files = readdirSync(join(root, room), { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile() && /\.tsx?$/.test(entry.name))
      .map(({ parentPath, name }) => join(parentPath, name).slice(root.length))
    for (const file of files.sort()) {
      digest
        .update(`${file}\0`)
        .update(readFileSync(join(root, file)))
        .update('\0')
    }
  }
  return digest.digest('base64url')
}

let own: string | undefined

/**
 * A digest of the code by which processes understand each other. One of another version might leave out what it
 * is asked to look at, such as the code of a second factor, and answer all the same.
 */
export function ownVersion(): string {
  own ??= versionOfCode(fileURLToPath(new URL('../..', import.meta.url)))
  return own
}
