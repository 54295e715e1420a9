import type Sqlite from 'better-sqlite3'

type Db = Sqlite.Database

/** The SQL that makes each table, with its indexes. */
export type LazyTables = Readonly<Record<string, string>>

const lazyTables = new WeakMap<Db, LazyTables>()

/** Those in which a table was made, or stood in for, by the transaction that is open. */
const changed = new WeakSet<Db>()

/**
 * Has each of these tables made with its first row: an empty one takes a page of the file, and its
 * schema is read whenever the database is opened. Until then an empty table in memory stands in for it,
 * so statements need not know.
 *
 * What stands in hides a table that another connection makes meanwhile. So either no other one writes, as
 * with the database of an actor, or this one only looks at it as it is now.
 */
export function makeLazily(db: Db, tables: LazyTables): void {
  db.pragma('temp_store = MEMORY')
  lazyTables.set(db, tables)
}

const INTO = /^\s*(?:INSERT|REPLACE)(?:\s+OR\s+\w+)?\s+INTO\s+"?(\w+)/i
const MISSING = /^no such table: (\w+)$/
const REFERENCES = /REFERENCES (\w+)/g

/** Prepares a statement, and first makes the tables that it adds to, where they are not there yet. */
export function prepare(db: Db, text: string): Sqlite.Statement {
  const into = INTO.exec(text)?.[1]
  if (into !== undefined) makeTable(db, into)
  for (;;) {
    try {
      return db.prepare(text)
    } catch (err) {
      const [, table = ''] = MISSING.exec((err as Error).message) ?? []
      if (!standIn(db, table)) throw err
    }
  }
}

/**
 * Makes a lazy table, unless it is there, and those that it refers to: without them no statement can change
 * it, and nothing can stand in for them.
 *
 * @returns whether it was made
 */
export function makeTable(db: Db, table: string): boolean {
  const create = lazyTables.get(db)?.[table]
  if (create === undefined || hasTable(db, table)) return false
  for (const [, other = ''] of create.matchAll(REFERENCES)) makeTable(db, other)
  noteChange(db)
  db.transaction(() => db.exec(`DROP TABLE IF EXISTS temp.${table}; ${onOneLine(create)}`))()
  return true
}

/** @returns false where it is no lazy table */
function standIn(db: Db, table: string): boolean {
  const [create] = lazyTables.get(db)?.[table]?.split(';') ?? []
  if (create === undefined) return false
  noteChange(db)
  const alone = create
    .replace('CREATE TABLE', 'CREATE TEMP TABLE')
    .replaceAll(/REFERENCES [^,]*/g, '')
  // A row would be gone with the connection.
  db.exec(`${alone};
    CREATE TEMP TRIGGER no_row_of_${table} BEFORE INSERT ON ${table}
      BEGIN SELECT RAISE(ABORT, 'no row can be added to what stands in for ${table}'); END`)
  return true
}

/** Drops those that are empty, and that none refers to which stays. @returns whether there were any */
export function dropEmptyTables(db: Db, tables: LazyTables): boolean {
  const isThere = (table: string) => hasTable(db, table)
  const hasRow = (table: string) => db.prepare(`SELECT 1 FROM ${table} LIMIT 1`).get() !== undefined
  const before = Object.keys(tables).filter(isThere)
  const staying = new Set(before.filter(hasRow))
  for (const table of staying) {
    for (const [, other = ''] of tables[table]?.matchAll(REFERENCES) ?? []) staying.add(other)
  }
  const empty = before.filter((table) => !staying.has(table))
  for (const table of empty) db.exec(`DROP TABLE ${table}`)
  return empty.length > 0
}

/** Whether a table is there, and not only stood in for. */
export function hasTable(db: Db, table: string): boolean {
  const text = "SELECT 1 FROM main.sqlite_schema WHERE type = 'table' AND name = ?"
  return db.prepare(text).get(table) !== undefined
}

/** The schema keeps the text as it is written, so line breaks and indents would take room. */
export function onOneLine(text: string): string {
  return text.replaceAll(/\s+/g, ' ')
}

/**
 * To be called when a transaction has ended.
 *
 * @returns whether statements may know tables that were there only within it, where it was rolled back
 */
export function endsChange(db: Db): boolean {
  const had = changed.has(db)
  // An outer one may be rolled back, too.
  if (!db.inTransaction) changed.delete(db)
  return had
}

function noteChange(db: Db): void {
  if (db.inTransaction) changed.add(db)
}
