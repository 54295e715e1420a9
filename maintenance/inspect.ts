import { join } from 'node:path'
import { listDamages, openAsItIs, schemaVersion } from '../database/check/database.ts'
import type { Db } from '../database/database.ts'
import { type DatabaseKind, schemas } from './data_folder.ts'
import type { Finding } from './finding.ts'

const RESTORE = 'restore it from a backup'

/**
 * Opens a database, checks what every one must fulfil and lets `look` look further.
 *
 * @returns what `look` found out, or null when the database cannot be looked at
 */
export function inspect<T>(
  dataDir: string,
  path: string,
  kind: DatabaseKind,
  findings: Finding[],
  look: (db: Db) => T,
): T | null {
  const report = (problem: string, mend: string) => {
    findings.push({ path, problem, mend })
    return null
  }
  let db: Db | undefined
  try {
    db = openAsItIs(join(dataDir, path))
    const version = schemaVersion(db)
    const known = schemas[kind].steps.length
    if (version > known) {
      return report(
        `it has schema version ${version}; this program knows ${known}`,
        'run the newer program',
      )
    }
    for (const damage of listDamages(db)) report(`it is damaged: ${damage}`, RESTORE)
    // An actor that was interrupted while it made its database makes it when it is called again.
    if (version === 0) return null
    if (version < known) {
      return report(
        `it has schema version ${version}, not ${known}`,
        'none needed: it is brought up to date when it is next used',
      )
    }
    return look(db)
  } catch (err) {
    return report(`it cannot be read: ${err instanceof Error ? err.message : 'unknown'}`, RESTORE)
  } finally {
    db?.close()
  }
}
