import { isDeepStrictEqual } from 'node:util'
import { type Db, listTables, transact } from './database.ts'
import { makeTable } from './lazy_tables.ts'

/** Which rows of each table are meant: an SQL condition; all where there is none. */
export type Part = (table: string) => string | null

/** Tables and rows that were compared. */
export type Compared = { tables: number; rows: number }

/** By table: what becomes of a row whose key is there already, an SQL clause. */
export type Merging = Readonly<Record<string, string>>

/**
 * Makes the rows of `to` those of the database at `path`, in one transaction; both have the same
 * schema.
 *
 * @param merging where given, the rows come to those that are there
 */
export function copyRows(path: string, to: Db, part: Part, merging?: Merging): void {
  to.prepare('ATTACH ? AS source').run(path)
  try {
    transact(to, () => {
      to.pragma('defer_foreign_keys = ON')
      for (const table of listTables(to).filter((name) => !merging && part(name) !== null)) {
        to.exec(`DELETE FROM main."${table}"`)
      }
      for (const table of filledTables(to, part, 'source')) {
        makeTable(to, table)
        const rows = `SELECT * FROM source."${table}" WHERE ${part(table)}`
        to.exec(`INSERT INTO main."${table}" ${rows} ${merging?.[table] ?? ''}`)
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
  const tables = filledTables(from, part)
  if (
    !isDeepStrictEqual(
      tables,
      filledTables(to, (table) => part(table) && 'true'),
    )
  )
    return null
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

/** The tables that have such rows: one that has none may be missing. */
function filledTables(db: Db, part: Part, of = 'main'): string[] {
  return listTables(db, of).filter((table) => {
    const condition = part(table)
    const one = `SELECT 1 FROM ${of}."${table}" WHERE ${condition} LIMIT 1`
    return condition !== null && db.prepare(one).get() !== undefined
  })
}
