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
 */
export function makeLazily(db: Db, tables: LazyTables): void {
  db.pragma('temp_store = MEMORY')
  lazyTables.set(db, tables)
}

const INTO = /^\s*(?:INSERT|REPLACE)(?:\s+OR\s+\w+)?\s+INTO\s+"?(\w+)/i
/** What SQLite says; `main.` where a foreign key refers to it, for which nothing can stand in. */
const MISSING = /^no such table: (main\.)?(\w+)$/

/** Prepares a statement, and first makes the tables that it adds to, where they are not there yet. */
export function prepare(db: Db, text: string): Sqlite.Statement {
  const into = INTO.exec(text)?.[1]
  if (into !== undefined) makeTable(db, into)
  for (;;) {
    try {
      return db.prepare(text)
    } catch (err) {
      const [, isReferredTo, table = ''] = MISSING.exec((err as Error).message) ?? []
      if (!(isReferredTo ? makeTable(db, table) : standIn(db, table))) throw err
    }
  }
}

/** Makes a lazy table, unless it is there. @returns whether it was made */
export function makeTable(db: Db, table: string): boolean {
  const create = lazyTables.get(db)?.[table]
  if (create === undefined || hasTable(db, table)) return false
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

/** Drops those that are empty. @returns whether there were any */
export function dropEmptyTables(db: Db, tables: LazyTables): boolean {
  const empty = Object.keys(tables).filter(
    (table) => hasTable(db, table) && !db.prepare(`SELECT 1 FROM ${table} LIMIT 1`).get(),
  )
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
