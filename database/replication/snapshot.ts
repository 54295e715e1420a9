import { statSync } from 'node:fs'
import { open } from 'node:fs/promises'
import { keys, type Snapshot } from './head.ts'
import { type Kv, MAX_VALUE } from './kv.ts'

/** A snapshot that is to be made of the database at `path`. @param id that no other has */
export function snapshotOf(path: string, id: string): Snapshot {
  return { id, chunks: Math.ceil(statSync(path).size / MAX_VALUE) }
}

export function chunkKeys({ id, chunks }: Snapshot): string[] {
  return Array.from({ length: chunks }, (_, chunk) => keys.chunk(id, chunk))
}

/** The entries of a snapshot. @param image the whole database */
export function chunksOf(snapshot: Snapshot, image: Uint8Array): [string, Uint8Array][] {
  return chunkKeys(snapshot).map((key, i) => [
    key,
    image.subarray(i * MAX_VALUE, (i + 1) * MAX_VALUE),
  ])
}

/** Writes them one by one, from the file at `path`, which must not change meanwhile. */
export async function keepFile(kv: Kv, snapshot: Snapshot, path: string): Promise<void> {
  const file = await open(path)
  try {
    for (const [i, key] of chunkKeys(snapshot).entries()) {
      const { buffer, bytesRead } = await file.read(
        Buffer.alloc(MAX_VALUE),
        0,
        MAX_VALUE,
        i * MAX_VALUE,
      )
      await kv.put([[key, buffer.subarray(0, bytesRead)]])
    }
  } finally {
    await file.close()
  }
}
