import type Sqlite from 'better-sqlite3'
import { type Db, sql } from './database.ts'

/**
 * Group commit: the requests that are being answered share one transaction, and one wait for the
 * disk. A write joins the open transaction, and no answer leaves before the transaction that holds
 * its writes is on disk ({@link inGroup}). So a crash may lose what was not answered, and never
 * what was answered.
 *
 * A request may read what another one has not committed yet. That is harmless here: the writes are
 * records of what was used up (nonces, codes), and the state of the browser that wrote them.
 */
type Group = {
  open: boolean
  /** Requests that are being answered: one of them commits what is open. */
  answering: number
  /** How many groups were lost, to a full disk for instance, which rolls the whole group back. */
  losses: number
  /** Requests that are answered once the transaction is committed. */
  waiting: { count: number; done: PromiseWithResolvers<void> } | null
}

/**
 * The most requests that are answered together. Without this bound all clients would get their answers
 * at once and be busy at once, and the program would wait for them.
 */
const MOST_TOGETHER = 4

const groups = new WeakMap<Db, Group>()

function groupOf(db: Db): Group {
  let group = groups.get(db)
  if (!group) {
    group = { open: false, answering: 0, losses: 0, waiting: null }
    groups.set(db, group)
  }
  // By a full disk, or since the database was closed.
  if (group.open && !db.inTransaction) lose(group, new Error('The transaction was rolled back'))
  return group
}

function lose(group: Group, err: unknown): void {
  group.open = false
  group.losses++
  group.waiting?.done.reject(err)
  group.waiting = null
}

/**
 * A prepared statement whose writes are part of the group. Where no request is being answered, no
 * transaction is open that one would commit: each statement is then its own.
 */
export function joining(db: Db, text: string): Sqlite.Statement {
  const group = groupOf(db)
  if (!db.inTransaction && group.answering > 0) {
    sql(db, 'BEGIN IMMEDIATE').run()
    group.open = true
  }
  return sql(db, text)
}

/**
 * Answers a request that may write, and returns when everything it wrote is committed.
 *
 * @throws {Error} when that is not certain, or what `work` throws
 */
export async function inGroup<T>(db: Db, work: () => T | Promise<T>): Promise<T> {
  const group = groupOf(db)
  // An earlier transaction that could be neither committed nor rolled back.
  if (!group.open && db.inTransaction) db.exec('ROLLBACK')
  const { losses } = group
  group.answering++
  try {
    const answered = await work()
    await committed(db, losses)
    return answered
  } catch (err) {
    // The work may have written before it failed: that must not keep the transaction open.
    setImmediate(() => commitGroup(db))
    throw err
  } finally {
    // What was written beside this request since it committed has no other that would.
    if (--group.answering === 0) commitGroup(db)
  }
}

/** @param losses of the group when the request came */
async function committed(db: Db, losses: number): Promise<void> {
  const group = groupOf(db)
  if (group.losses !== losses) throw new Error('What this request wrote was rolled back')
  if (!group.open) return
  if (!group.waiting) {
    group.waiting = { count: 0, done: Promise.withResolvers() }
    // Requests that end in the same turn of the event loop go together.
    setImmediate(() => commitGroup(db))
  }
  const { done } = group.waiting
  if (++group.waiting.count === MOST_TOGETHER) commitGroup(db)
  await done.promise
}

/** Puts everything written so far on disk, now. @returns false when it is lost instead */
export function commitGroup(db: Db): boolean {
  const group = groupOf(db)
  if (!group.open) return true
  try {
    sql(db, 'COMMIT').run()
    group.open = false
    group.waiting?.done.resolve()
    group.waiting = null
    return true
  } catch (err) {
    lose(group, err)
    rollBack(db)
    return false
  }
}

/** When this fails, the next request rolls back before it begins: it must not join the transaction. */
function rollBack(db: Db): void {
  try {
    if (db.inTransaction) db.exec('ROLLBACK')
  } catch {
    // Timers call this, too, and an error that leaves a timer ends the program.
  }
}
