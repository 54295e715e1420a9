import { SettingsError } from '../../base/errors.ts'
import { explainDisk } from '../../base/files/files.ts'
import { codeOf } from '../../base/values/fault_code.ts'
import {
  copyUpToDate,
  listDamages,
  openAsItIs,
  schemaVersion,
} from '../../database/check/database.ts'
import type { Db } from '../../database/database.ts'
import { MissingPartError } from '../../database/replication/restore.ts'
import { newerSchema } from '../../database/schema.ts'
import { type DatabaseKind, schemas } from '../data_folder/files.ts'
import type { Database } from '../databases/databases.ts'
import type { Finding } from './finding.ts'

const RESTORE = 'restore it from a backup'

/** Whether a database is there, and what was found out about it; null when it cannot be looked at. */
type Inspected<T> = { isThere: boolean; seen: T | null }

/** Opens a database, checks what every one must fulfil and lets `look` look further. */
export async function inspect<T>(
  database: Database,
  findings: Finding[],
  look: (db: Db) => T,
): Promise<Inspected<T>> {
  const { kind, path } = database
  const report = (problem: string, mend: string) => {
    findings.push({ path, problem, mend })
    return null
  }
  try {
    const inspected = await database.look((file) => ({
      seen: inspectFile(file, kind, report, look),
    }))
    return { isThere: inspected !== null, seen: inspected?.seen ?? null }
  } catch (err) {
    if (!(err instanceof MissingPartError)) throw err
    return { isThere: true, seen: report(`it cannot be read: ${err.message}`, RESTORE) }
  }
}

function inspectFile<T>(
  file: string,
  kind: DatabaseKind,
  report: (problem: string, mend: string) => null,
  look: (db: Db) => T,
): T | null {
  let db: Db | undefined
  let newer: Db | undefined
  try {
    db = openAsItIs(file, schemas[kind])
    const version = schemaVersion(db)
    const tooNew = newerSchema(schemas[kind], version)
    if (tooNew !== null) return report(`it ${tooNew}`, 'run the newer program')
    for (const damage of listDamages(db)) report(`it is damaged: ${damage}`, RESTORE)
    // An actor that was interrupted while it made its database makes it when it is called again.
    if (version === 0) return null
    if (version === schemas[kind].steps.length) return look(db)
    newer = copyUpToDate(db, schemas[kind])
    return look(newer)
  } catch (err) {
    // Nor is it damaged where there is no place for the copy, or its disk is full.
    if (err instanceof SettingsError) throw err
    if (codeOf(err) === 'SQLITE_FULL') throw explainDisk(err)
    return report(`it cannot be read: ${err instanceof Error ? err.message : 'unknown'}`, RESTORE)
  } finally {
    newer?.close()
    db?.close()
  }
}
