import { join } from 'node:path'
import { readSchemaVersion } from '../../database/check/schema_version.ts'
import { type DatabaseKind, listDatabases, schemas } from '../../maintenance/data_folder/files.ts'
import type { Release } from './release.ts'

/** What a release would do with the databases of one kind. */
export type DatabaseChange = {
  kind: DatabaseKind
  /** How many there are of each schema version, the oldest first. */
  here: { version: number; databases: number }[]
  /** The version that the release brings them to; null where it does not say. */
  there: number | null
  change: 'none' | 'changed' | 'refused' | 'unknown'
}

/** Of each schema version, how many databases have it. */
type Versions = Map<number, number>

const KINDS = Object.keys(schemas) as DatabaseKind[]

export function changesOf(
  here: Record<DatabaseKind, Versions>,
  there: Release['schemas'],
): DatabaseChange[] {
  return KINDS.map((kind) => {
    const versions = [...here[kind].keys()].sort((a, b) => a - b)
    const to = there?.[kind] ?? null
    return {
      kind,
      here: versions.map((version) => ({ version, databases: here[kind].get(version) ?? 0 })),
      there: to,
      change: changeOf(versions, to),
    }
  })
}

function changeOf(versions: number[], to: number | null): DatabaseChange['change'] {
  if (to === null) return 'unknown'
  if (versions.some((version) => version > to)) return 'refused'
  return versions.some((version) => version < to) ? 'changed' : 'none'
}

/**
 * The schema versions of the databases of a data directory, which are not opened.
 *
 * @throws {NoPermissionError}
 * @throws {Error} where one is no database
 */
export function versionsIn(
  dataDir: string,
  onProgress: (done: number, total: number) => void,
): Record<DatabaseKind, Versions> {
  const lists = KINDS.map((kind) => [kind, listDatabases(dataDir, kind)] as const)
  const total = lists.reduce((sum, [, paths]) => sum + paths.length, 0)
  let done = 0
  const found = lists.map(([kind, paths]) => {
    const versions: Versions = new Map()
    for (const path of paths) {
      const version = readSchemaVersion(join(dataDir, path))
      // An actor that was interrupted while it made its database makes it when it is called again.
      if (version > 0) versions.set(version, (versions.get(version) ?? 0) + 1)
      done += 1
      if (done % 1_000 === 0) onProgress(done, total)
    }
    return [kind, versions] as const
  })
  return Object.fromEntries(found) as Record<DatabaseKind, Versions>
}
