/**
 * Loaded with `--import` into a stock PDS that shall be as durable as Vestibule, and only there:
 * each SQLite database waits for the disk at every commit.
 */
import Database from 'better-sqlite3'

const { prepare } = Database.prototype
const opened = new WeakSet<Database.Database>()

// The PDS sends its statements through `prepare`, BEGIN too: the pragma precedes the first of them.
Database.prototype.prepare = function (this: Database.Database, source: string) {
  if (!opened.has(this)) {
    opened.add(this)
    this.pragma('synchronous = FULL')
  }
  return prepare.call(this, source)
} as typeof prepare
