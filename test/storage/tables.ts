import type { Db } from '../../stores/sql/database.ts'

/** Every table of a database with its rows, and its version: equal where databases are. */
export function tablesOf(db: Db): Record<string, unknown> {
  const names = db
    .prepare("SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name")
    .pluck()
    .all() as string[]
  const rows = names.map((name) => [name, db.prepare(`SELECT * FROM "${name}"`).raw().all()])
  return {
    ...Object.fromEntries(rows),
    schema: db.prepare('SELECT type, name, sql FROM sqlite_schema ORDER BY name').all(),
    version: db.pragma('user_version', { simple: true }),
    integrity: db.pragma('integrity_check', { simple: true }),
  }
}
