import { z } from 'zod'
import { printable } from '../../base/values/printable.ts'
import type { DatabaseKind } from '../../maintenance/data_folder/files.ts'
import { CliError } from '../errors.ts'

/** The files by which a release says what it is. */
export type ReleaseFiles = { packageJson: string; changelog: string }

export type Release = {
  version: string
  /** The newest schema of each kind of database; null where it does not say. */
  schemas: Record<DatabaseKind, number> | null
  /** The version of the stock PDS inside. */
  pds: string | null
  changelog: string
}

const version = z.string().regex(/^\d+\.\d+\.\d+/)
const described = z.object({
  version,
  schemas: z.object({ account: z.int(), auth: z.int(), directory: z.int() }).optional(),
  dependencies: z.object({ '@atproto/pds': z.string().optional() }).optional(),
})

/**
 * @param from as it is told where the files are not those of a release
 * @throws {CliError}
 */
export function readRelease({ packageJson, changelog }: ReleaseFiles, from: string): Release {
  const read = described.safeParse(parse(packageJson))
  if (!read.success) throw new CliError(`package.json of ${from} is not that of a release`)
  const { version, schemas, dependencies } = read.data
  return {
    version: printable(version),
    schemas: schemas ?? null,
    pds: printable(dependencies?.['@atproto/pds'] ?? '') || null,
    changelog: printable(changelog.replaceAll('\r\n', '\n').replaceAll('\t', '  ')),
  }
}

function parse(json: string): unknown {
  try {
    return JSON.parse(json)
  } catch {
    return null
  }
}

const numeric = new Intl.Collator('en', { numeric: true })

/** Below, at or above 0, as of `sort`. */
export const compareVersions = (a: string, b: string): number => numeric.compare(a, b)
