import { createHash, hash as digest } from 'node:crypto'
import { createReadStream, readFileSync } from 'node:fs'
import { pipeline } from 'node:stream/promises'
import { SMALL_FILE } from './small_file.ts'

/** Hex. @param size of the file, bytes */
export async function sha256File(path: string, size: number): Promise<string> {
  if (size <= SMALL_FILE) return sha256(readFileSync(path))
  const hash = createHash('sha256')
  await pipeline(createReadStream(path), hash)
  return hash.digest('hex')
}

/** Hex. */
export function sha256(content: Buffer): string {
  return digest('sha256', content, 'hex')
}
