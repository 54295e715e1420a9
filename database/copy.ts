import { isDeepStrictEqual } from 'node:util'
import { type Db, listTables, transact } from './database.ts'

/** Which rows of each table are meant: an SQL condition; all where there is none. */
export type Part = (table: string) => string | null

/** Tables and rows that were compared. */
export type Compared = { tables: number; rows: number }

/**
 * Makes the rows of `to` those of the database at `path`, in one transaction; both have the same
 * schema.
 */
export function copyRows(path: string, to: Db, part: Part, replace = true): void {
  to.prepare('ATTACH ? AS source').run(path)
  try {
    transact(to, () => {
      to.pragma('defer_foreign_keys = ON')
      for (const table of tablesOf(to, part)) {
        if (replace) to.exec(`DELETE FROM main."${table}"`)
        to.exec(`INSERT INTO main."${table}" SELECT * FROM source."${table}" WHERE ${part(table)}`)
      }
    })
  } finally {
    to.exec('DETACH source')
  }
}

/**
 * Compares two databases table by table and row by row.
 *
 * @returns null where they differ
 */
export function compareRows(from: Db, to: Db, part: Part): Compared | null {
  const tables = tablesOf(from, part)
  if (!isDeepStrictEqual(tables, tablesOf(to, part))) return null
  let rows = 0
  for (const table of tables) {
    const expected = from
      .prepare(`SELECT * FROM "${table}" WHERE ${part(table)}`)
      .raw()
      .iterate()
    const found = to.prepare(`SELECT * FROM "${table}"`).raw().iterate()
    try {
      for (const row of expected) {
        const next = found.next()
        if (next.done || !isDeepStrictEqual(row, next.value)) return null
        rows++
      }
      if (!found.next().done) return null
    } finally {
      expected.return?.()
      found.return?.()
    }
  }
  return { tables: tables.length, rows }
}

/** Every row of every table. */
export const everything: Part = () => 'true'

function tablesOf(db: Db, part: Part): string[] {
  return listTables(db).filter((name) => part(name) !== null)
}
