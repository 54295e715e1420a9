import type { Db } from './database.ts'
import { joining } from './group_commit.ts'

/** A table that strangers write to, or those of its rows that are theirs, and what it may hold. */
export type Bounded = {
  table: string
  /** Its primary key. */
  key: string
  /** SQL condition; what it leaves out is not counted, and never goes. */
  where: string
  /** What the condition compares with, by its names there. */
  values?: Record<string, string>
  /** SQL expression: the bytes of a row, with its indexes, about. */
  rowBytes: string
  maxBytes: number
  /** SQL: the rows that come first in this order are the first to go. */
  order: string
  /** SQL that keeps a summary of rows before they go. @param leaving a query of them */
  remember?(leaving: string): string
}

/** How much is deleted at once when a table is full, so that not every row makes work. */
const SHARE = 0.05

/** Bytes of what is bounded when it was last measured, and what was added since. */
const usages = new WeakMap<Db, Map<string, number>>()

/**
 * Makes room for a row of `bytes` when the table is full: the first rows are deleted. If the new one
 * were refused instead, a stranger could keep all others out.
 */
export function makeRoom(db: Db, bounded: Bounded, bytes: number): void {
  const { table, where, values, maxBytes } = bounded
  const usage = usagesOf(db)
  const name = `${table} ${where} ${JSON.stringify(values)}`
  const used = (usage.get(name) ?? measure(db, bounded).bytes) + bytes
  usage.set(name, used > maxBytes ? shrink(db, bounded, maxBytes - bytes) + bytes : used)
}

/** Forgets what was added, for what was deleted meanwhile: each table is measured again. */
export function measureAnew(db: Db): void {
  usages.delete(db)
}

/** @returns what is left, in bytes */
function shrink(db: Db, bounded: Bounded, maxBytes: number): number {
  const { table, key, where, values, order } = bounded
  const leaving = (columns: string) =>
    `SELECT ${columns} FROM ${table} WHERE ${where} ORDER BY ${order} LIMIT @share`
  for (;;) {
    const { rows, bytes } = measure(db, bounded)
    if (bytes <= maxBytes || rows === 0) return bytes
    const share = Math.ceil(rows * SHARE)
    if (bounded.remember) joining(db, bounded.remember(leaving('*'))).run({ ...values, share })
    joining(db, `DELETE FROM ${table} WHERE ${key} IN (${leaving(key)})`).run({
      ...values,
      share,
    })
  }
}

/** What the table holds now. */
export function measure(
  db: Db,
  { table, where, values = {}, rowBytes }: Bounded,
): { rows: number; bytes: number } {
  return joining(
    db,
    `SELECT count(*) AS rows, coalesce(sum(${rowBytes}), 0) AS bytes FROM ${table} WHERE ${where}`,
  ).get(values) as { rows: number; bytes: number }
}

function usagesOf(db: Db): Map<string, number> {
  let usage = usages.get(db)
  if (!usage) {
    usage = new Map()
    usages.set(db, usage)
  }
  return usage
}
