import type Sqlite from 'better-sqlite3'
import { type Db, sql } from './database.ts'

/**
 * Group commit: the requests that are being answered share one transaction, and one wait for the
 * disk. A write joins the open transaction, and no answer leaves before the transaction that holds
 * its writes is on disk ({@link inGroup}): what was not answered may be lost by a crash, what
 * was answered never.
 *
 * That one request reads what another has not committed yet is harmless here: the writes are
 * records of what was used up (nonces, codes) and state of the browser that wrote them.
 */
type Group = {
  open: boolean
  /** How many groups were lost, to a full disk for instance, which rolls the whole group back. */
  losses: number
  /** Requests that are answered once the transaction is committed. */
  waiting: { count: number; done: PromiseWithResolvers<void> } | null
}

/**
 * Requests that are answered together, at most. Were it as many as there are, their clients would
 * all be at work while this program has none, and the other way round.
 */
const MOST_TOGETHER = 4

const groups = new WeakMap<Db, Group>()

function groupOf(db: Db): Group {
  let group = groups.get(db)
  if (!group) {
    group = { open: false, losses: 0, waiting: null }
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

/** A prepared statement whose writes are part of the group. */
export function joining(db: Db, text: string): Sqlite.Statement {
  const group = groupOf(db)
  if (!db.inTransaction) {
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
  // Of a transaction that could neither be committed nor rolled back.
  if (!group.open && db.inTransaction) db.exec('ROLLBACK')
  const { losses } = group
  try {
    const answered = await work()
    await committed(db, losses)
    return answered
  } catch (err) {
    // What was written before it failed shall not keep the transaction open.
    setImmediate(() => commitGroup(db))
    throw err
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

/** What cannot be rolled back now is when the next request comes: nothing may join it. */
function rollBack(db: Db): void {
  try {
    if (db.inTransaction) db.exec('ROLLBACK')
  } catch {
    // Called by timers as well, which nothing may leave.
  }
}
