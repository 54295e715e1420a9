import type { Db } from '../../database/database.ts'

/**
 * Every table of a database with its rows, by their first column, and its version: equal where
 * databases are.
 */
export function tablesOf(db: Db): Record<string, unknown> {
  const names = db
    .prepare("SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name")
    .pluck()
    .all() as string[]
  const rowsOf = (name: string) => db.prepare(`SELECT * FROM "${name}" ORDER BY 1, 2`).raw().all()
  const rows = names.map((name) => [name, rowsOf(name)])
  return {
    ...Object.fromEntries(rows),
    schema: db.prepare('SELECT type, name, sql FROM sqlite_schema ORDER BY name').all(),
    version: db.pragma('user_version', { simple: true }),
    integrity: db.pragma('integrity_check', { simple: true }),
  }
}
