import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import { explainUnreadable } from '../../base/files/files.ts'
import { writeWhole } from '../../base/files/write_whole.ts'
import { codeOf } from '../../base/values/fault_code.ts'

export const MANIFEST = 'manifest.json'

const PATH = /^[\w.%:-]+(\/[\w.%:-]+)*$/

/** Whether a manifest can name a file, as any that a program made; no way leads out of its folder. */
export const isNameable = (path: string) => PATH.test(path) && !path.split('/').includes('..')

/** A manifest may come from anywhere. */
const relativePath = z.string().refine(isNameable)

const file = z.object({
  path: relativePath,
  bytes: z.int(),
  sha256: z.string().regex(/^[0-9a-f]{64}$/),
})

/** An account or a repo that is not in a backup; `did` is null where the directory does not know it. */
export const damagedAccount = z.object({
  path: relativePath,
  did: z.string().nullable(),
  problem: z.string(),
})
export type DamagedAccount = z.output<typeof damagedAccount>

const manifest = z.object({
  format: z.literal(1),
  /** Of the program that made the backup. */
  version: z.string(),
  startedAt: z.iso.datetime(),
  finishedAt: z.iso.datetime(),
  databases: z.array(
    file.extend({ kind: z.enum(['account', 'auth', 'directory']), schemaVersion: z.int() }),
  ),
  secrets: z.array(file),
  /** Accounts, and repos of the PDS inside, that are not in it, since their databases are damaged or lost. */
  damaged: z.array(damagedAccount).default([]),
  /** What the PDS inside keeps; null where there is none. Blobs are named by what is in them. */
  pds: z
    .object({ files: z.array(file), blobs: z.object({ count: z.int() }).nullable() })
    .nullable()
    .default(null),
})

/** What is in a backup; it is written last, so that a backup without it was not finished. */
export type Manifest = z.output<typeof manifest>

/** At most so many of them are named in a sentence. */
const MOST_NAMED = 3

/** Which accounts are damaged, and how. */
export function nameDamaged(damaged: readonly DamagedAccount[]): string {
  const named = damaged
    .slice(0, MOST_NAMED)
    .map(({ did, path, problem }) => `${did ?? path} (${problem})`)
  const more = damaged.length - named.length
  return `${named.join('; ')}${more > 0 ? `; and ${more} more` : ''}`
}

/** Also in the place of one that is there. */
export function writeManifest(folder: string, content: Manifest): void {
  writeWhole(join(folder, MANIFEST), `${JSON.stringify(content, null, 2)}\n`)
}

/** @throws {Error} when there is none, or none that this program knows or this user may read */
export async function readManifest(folder: string): Promise<Manifest> {
  const text = await readFile(join(folder, MANIFEST), 'utf8').catch((err) => {
    if (codeOf(err) !== 'ENOENT') throw explainUnreadable(err, join(folder, MANIFEST))
    throw new Error(`${folder} holds no finished backup: there is no ${MANIFEST}`, { cause: err })
  })
  return parseManifest(text)
}

/** @throws {Error} when it is none that this program knows */
export function parseManifest(text: string): Manifest {
  const { data, error } = manifest.safeParse(readJson(text))
  if (!data)
    throw new Error(`${MANIFEST} is not the manifest of a backup:\n${z.prettifyError(error)}`)
  return data
}

function readJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (err) {
    throw new Error(`${MANIFEST} is damaged: ${(err as Error).message}; restore another backup`, {
      cause: err,
    })
  }
}
