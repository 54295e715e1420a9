import { join } from 'node:path'
import { openAsItIs } from '../../database/check/database.ts'
import { listDatabases } from '../../maintenance/data_folder/files.ts'

/** Every row of every account and of the directory, by database and table. */
export function snapshot(dataDir: string): Record<string, unknown[]> {
  const content: Record<string, unknown[]> = {}
  for (const kind of ['account', 'directory'] as const) {
    for (const path of listDatabases(dataDir, kind)) {
      const db = openAsItIs(join(dataDir, path))
      const tables = db
        .prepare("SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'")
        .pluck()
        .all() as string[]
      for (const table of tables)
        content[`${path} ${table}`] = db.prepare(`SELECT * FROM ${table}`).all()
      db.close()
    }
  }
  return content
}
