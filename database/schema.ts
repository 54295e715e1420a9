import type Sqlite from 'better-sqlite3'
import { dropEmptyTables, hasTable, type LazyTables, onOneLine } from './lazy_tables.ts'

type Db = Sqlite.Database

/** SQL; where the table that it changes is one that a database may lack, it is only for those that have it. */
type Step = string | { table: string; sql: string }

/** The tables of a database, and how it lies on disk. */
export type Schema = {
  /**
   * Bytes, of a database that is made anew. Small pages keep small databases small; in a large one
   * that is written to all over, each commit writes more of them.
   */
  pageSize: 512 | 1024 | 4096
  /**
   * Each step; its position (from 1) is the version it leads to. How many there are also
   * stands in package.json (`schemas`), for those who ask before they upgrade.
   */
  steps: readonly Step[]
  /** What the steps lead to, where a new database begins with some of the tables and is given others lazily. */
  lean?: { readonly first: string; readonly later: LazyTables }
  /**
   * Columns of what opens something as it stands, kept sealed (`sealed_columns.ts`): `as` is the
   * `table.column` that a column refers to, whose texts are sealed the same way.
   */
  sealed?: readonly { readonly table: string; readonly column: string; readonly as?: string }[]
}

/** What is said of a database that a newer program wrote. @returns null where this one knows its schema */
export function newerSchema({ steps }: Schema, version: number): string | null {
  return version > steps.length
    ? `has schema version ${version}; this program knows ${steps.length}`
    : null
}

/** Raised when a database was written by a newer program than this one. @param said {@link newerSchema} */
export class SchemaTooNewError extends Error {
  constructor(path: string, said: string) {
    super(`${path} ${said}. Run the newer program.`)
    this.name = 'SchemaTooNewError'
  }
}

/**
 * Brings a database to the newest schema.
 *
 * @throws {SchemaTooNewError}
 */
export function migrate(db: Db, path: string, schema: Schema) {
  const { steps, lean } = schema
  const version = db.pragma('user_version', { simple: true }) as number
  const newer = newerSchema(schema, version)
  if (newer !== null) throw new SchemaTooNewError(path, newer)
  if (version === steps.length) return
  const isLeaner = db
    .transaction(() => {
      const isNew = version === 0 && lean !== undefined
      if (isNew) db.exec(onOneLine(lean.first))
      else for (const step of steps.slice(version)) take(db, step)
      db.pragma(`user_version = ${steps.length}`)
      return !isNew && lean !== undefined && dropEmptyTables(db, lean.later)
    })
    .immediate()
  if (isLeaner) giveBackPages(db)
}

/** The file keeps the pages of tables that are gone otherwise, for rows to come. */
function giveBackPages(db: Db): void {
  try {
    db.exec('VACUUM')
  } catch {
    // It takes as much room again for a moment. Where the disk has none, an account has to wake all the same.
  }
}

function take(db: Db, step: Step): void {
  if (typeof step === 'string') db.exec(step)
  else if (hasTable(db, step.table)) db.exec(step.sql)
}
