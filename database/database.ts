import { dirname } from 'node:path'
import type Sqlite from 'better-sqlite3'
import { makeFolder } from '../base/files/make_folder.ts'
import { makePrivateFile } from '../base/files/private_files.ts'
import { LOCK_WAIT } from '../base/lifetimes.ts'
import { endsChange, makeLazily, prepare } from './lazy_tables.ts'
import { naming, openNamed } from './named_error.ts'
import { migrate, type Schema } from './schema.ts'

export type Db = Sqlite.Database

const open = new Set<Db>()

/** What a commit outlives when it returns. */
const SYNCHRONOUS = {
  /** A crash of the whole machine, with the power lost. */
  machine: 'FULL',
  /** The same, once its {@link LogSync} has settled. */
  'machine, when settled': 'NORMAL',
  /** A crash of the program, which costs no wait for the disk. */
  program: 'OFF',
  /** A replica, whose data are kept in an engine (`database/replication`). */
  nothing: 'OFF',
} as const

export type Survives = keyof typeof SYNCHRONOUS

/**
 * Bytes of a log, and its least pages, after which it is folded into its database. That waits for the disk on the event
 * loop, twice. SQLite counts in pages alone, so that a database of small ones would be folded with every few commits.
 */
const FOLDED_AFTER = { bytes: 2_048_000, pages: 1_000 }

const pagesOfLog = (db: Db) => {
  const pageSize = db.pragma('page_size', { simple: true }) as number
  return Math.max(FOLDED_AFTER.pages, FOLDED_AFTER.bytes / pageSize)
}

/**
 * Opens a database and brings it to the newest schema.
 *
 * In WAL mode; a commit that was answered survives power loss, so that a spent code or refresh token
 * never comes back.
 *
 * @throws {SchemaTooNewError}
 */
export function openDatabase(path: string, schema: Schema, survives: Survives = 'machine'): Db {
  if (path !== ':memory:') {
    makeFolder(dirname(path))
    makePrivateFile(path)
  }
  const db = openNamed(path)
  try {
    db.pragma(`page_size = ${schema.pageSize}`)
    db.pragma('journal_mode = WAL')
    db.pragma(`synchronous = ${SYNCHRONOUS[survives]}`)
    db.pragma(`wal_autocheckpoint = ${survives === 'nothing' ? 0 : pagesOfLog(db)}`)
    db.pragma('foreign_keys = ON')
    db.pragma(`busy_timeout = ${LOCK_WAIT}`)
    // First: so what SQLite puts aside of a database that is made leaner stays in memory, too.
    if (schema.lean) makeLazily(db, schema.lean.later)
    migrate(db, path, schema)
    open.add(db)
    return db
  } catch (err) {
    db.close()
    throw naming(path, err)
  }
}

/** Closes a database, which folds its WAL into it. */
export function closeDatabase(db: Db): void {
  open.delete(db)
  db.close()
}

/**
 * Closes the databases of this process: the last thing that a stopping runner does. Those that it has
 * no time for keep their WAL beside them, as after a crash, and take it in when they are opened again.
 *
 * @param within milliseconds; closing waits for the disk, and thousands of accounts may be awake
 */
export function closeAllDatabases(within: number): void {
  const deadline = performance.now() + within
  for (const db of [...open]) {
    if (performance.now() > deadline) return
    closeDatabase(db)
  }
}

const statements = new WeakMap<Db, Map<string, Sqlite.Statement>>()

/** A prepared statement, kept for the life of the database. */
export function sql(db: Db, text: string): Sqlite.Statement {
  let prepared = statements.get(db)
  if (!prepared) {
    prepared = new Map()
    statements.set(db, prepared)
  }
  let statement = prepared.get(text)
  if (!statement) {
    statement = toItsEnd(prepare(db, text))
    prepared.set(text, statement)
  }
  return statement
}

/**
 * `get` stops a statement at its first row. One that writes and gives back rows (`RETURNING`) commits
 * only then, outside of a transaction, and better-sqlite3 drops what goes wrong in that: a session
 * would count as deleted that a full disk brought back. Such a statement runs to its end instead.
 */
function toItsEnd(statement: Sqlite.Statement): Sqlite.Statement {
  if (!statement.reader || statement.readonly) return statement
  return Object.assign(statement, { get: (...values: unknown[]) => statement.all(...values)[0] })
}

/** The names of its tables, in the order of the alphabet. @param of the name of a database that is attached */
export function listTables(db: Db, of = 'main'): string[] {
  return sql(
    db,
    `SELECT name FROM ${of}.sqlite_schema
     WHERE type = 'table' AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\' ORDER BY name`,
  )
    .pluck()
    .all() as string[]
}

type Transact = <T>(work: () => T) => T

const transacts = new WeakMap<Db, { write: Transact; read: Transact }>()

/**
 * The transaction functions of a database, which are made once: to make one takes 10 µs, to begin and
 * commit 2.
 */
function transactsOf(db: Db): { write: Transact; read: Transact } {
  let made = transacts.get(db)
  if (!made) {
    const { immediate, deferred } = db.transaction((work: () => unknown) => work())
    made = { write: minded(db, immediate as Transact), read: minded(db, deferred as Transact) }
    transacts.set(db, made)
  }
  return made
}

/** A statement that knows a table which was rolled back would fail for ever. */
function minded(db: Db, run: Transact): Transact {
  return (work) => {
    try {
      const result = run(work)
      endsChange(db)
      return result
    } catch (err) {
      if (endsChange(db)) statements.delete(db)
      throw err
    }
  }
}

const afterCommits = new WeakMap<Db, (() => void)[]>()

/** Runs `work` once the transaction that is open is committed, and never where it is rolled back. */
export function afterCommit(db: Db, work: () => void): void {
  const waiting = afterCommits.get(db)
  if (waiting) waiting.push(work)
  else afterCommits.set(db, [work])
}

/** Runs `work` in one write transaction; it is rolled back when `work` throws. */
export function transact<T>(db: Db, work: () => T): T {
  const before = afterCommits.get(db)?.length ?? 0
  let result: T
  try {
    result = transactsOf(db).write(work)
  } catch (err) {
    // Of a transaction inside another one, only its own is rolled back.
    afterCommits.get(db)?.splice(before)
    throw err
  }
  const waiting = afterCommits.get(db)
  if (waiting && !db.inTransaction) {
    afterCommits.delete(db)
    for (const each of waiting) each()
  }
  return result
}

/**
 * Runs `work`, which only reads, in one transaction: all of it sees one state. SQLite also takes and
 * gives back its lock once instead of for each statement, which is most of the time of a short one.
 */
export function readAtOnce<T>(db: Db, work: () => T): T {
  return transactsOf(db).read(work)
}
