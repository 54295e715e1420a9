import { AUDIT_MEMORY } from '../../base/lifetimes.ts'
import { settled } from '../../base/time/settled_clock.ts'
import type { AuditEvent } from '../../base/watching/events.ts'
import { afterCommit, type Db, sql, transact } from '../database.ts'

/** One line of the audit trail: what happened, when (ms), and what is known of it. */
export type AuditEntry = { at: number; event: string; detail: Record<string, unknown> }

/** One that this program writes; those of a newer one may be others. */
export type NewAuditEntry = AuditEntry & { event: AuditEvent }

const listeners = new WeakMap<Db, (entry: NewAuditEntry) => void>()

/** Has `listener` told of each entry from now on, once it is committed. */
export function hearAudit(db: Db, listener: (entry: NewAuditEntry) => void): void {
  listeners.set(db, listener)
}

/** Entries of an account. */
export const MAX_AUDIT = 2_000
/** Of these, failed sign-ins: a stranger can make them, so they must not push the other entries out. */
export const MAX_AUDIT_GUESSES = 500
const GUESS: AuditEvent = 'sign_in_failed'

/** Characters of a text in {@link AuditEntry.detail}; clients choose their ids. */
export const MAX_AUDIT_TEXT = 512

/** Appends to the trail, and drops what is older than {@link AUDIT_MEMORY} or too much. */
export function appendAudit(db: Db, entry: NewAuditEntry): void {
  const { at, event, detail } = entry
  const written = JSON.stringify(detail, (_, value) =>
    typeof value === 'string' ? value.slice(0, MAX_AUDIT_TEXT) : value,
  )
  transact(db, () => {
    const insert = sql(db, 'INSERT INTO audit (at, event, detail) VALUES (?, ?, ?)')
    const { lastInsertRowid: newest } = insert.run(at, event, written)
    // They stand in the order of their times, so that this looks at the oldest alone.
    sql(
      db,
      'DELETE FROM audit WHERE id < (SELECT id FROM audit WHERE at >= ? ORDER BY id LIMIT 1)',
    ).run(settled(at) - AUDIT_MEMORY)
    if (event === GUESS) {
      sql(
        db,
        `DELETE FROM audit WHERE event = @event AND id <=
           (SELECT id FROM audit WHERE event = @event ORDER BY id DESC LIMIT 1 OFFSET @most)`,
      ).run({ event, most: MAX_AUDIT_GUESSES })
    }
    const oldest = sql(db, 'SELECT min(id) FROM audit').pluck().get() as number
    // There are no more entries than ids, and to count entries takes as long as to read them.
    if (Number(newest) - oldest >= MAX_AUDIT) {
      sql(
        db,
        'DELETE FROM audit WHERE id <= (SELECT id FROM audit ORDER BY id DESC LIMIT 1 OFFSET ?)',
      ).run(MAX_AUDIT)
    }
    afterCommit(db, () => listeners.get(db)?.(entry))
  })
}

type Stored = { at: number; event: string; detail: string }

/** Newest first. */
export function listAudit(db: Db, limit: number): AuditEntry[] {
  const rows = sql(db, 'SELECT at, event, detail FROM audit ORDER BY id DESC LIMIT ?')
  return (rows.all(limit) as Stored[]).map(toEntry)
}

/** When something happened last, ms since the epoch; null where the trail has none of it. */
export function newestAudit(db: Db, event: AuditEvent): number | null {
  const newest = sql(db, 'SELECT max(at) FROM audit WHERE event = ?').pluck().get(event)
  return newest as number | null
}

/** What of the trail is looked at first, and whether there is more of it. */
export type Activity = { entries: AuditEntry[]; isMore: boolean }

/**
 * The newest entries, of which failed sign-ins are a part alone: strangers make those, and would hide the others.
 *
 * @param limit how many entries in all
 * @param guesses how many of them are failed sign-ins, at most
 */
export function listActivity(
  db: Db,
  { limit, guesses }: { limit: number; guesses: number },
): Activity {
  const leftOut = sql(db, 'SELECT id FROM audit WHERE event = ? ORDER BY id DESC LIMIT 1 OFFSET ?')
    .pluck()
    .get(GUESS, guesses) as number | undefined
  const rows = sql(
    db,
    `SELECT at, event, detail FROM audit WHERE event <> @guess OR id > @leftOut
     ORDER BY id DESC LIMIT @limit`,
  ).all({ guess: GUESS, leftOut: leftOut ?? 0, limit: limit + 1 }) as Stored[]
  return {
    entries: rows.slice(0, limit).map(toEntry),
    isMore: leftOut !== undefined || rows.length > limit,
  }
}

const toEntry = (row: Stored): AuditEntry => ({ ...row, detail: JSON.parse(row.detail) })
