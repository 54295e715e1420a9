import { AUDIT_MEMORY } from '../../base/lifetimes.ts'
import { type Db, sql } from '../database.ts'

/** One line of the audit trail: what happened, when (ms), and what is known of it. */
export type AuditEntry = { at: number; event: string; detail: Record<string, unknown> }

/** Appends to the trail and drops what is older than {@link AUDIT_MEMORY}. */
export function appendAudit(db: Db, entry: AuditEntry): void {
  sql(db, 'DELETE FROM audit WHERE at < ?').run(entry.at - AUDIT_MEMORY)
  sql(db, 'INSERT INTO audit (at, event, detail) VALUES (?, ?, ?)').run(
    entry.at,
    entry.event,
    JSON.stringify(entry.detail),
  )
}

/** Newest first. */
export function listAudit(db: Db, limit: number): AuditEntry[] {
  const rows = sql(db, 'SELECT at, event, detail FROM audit ORDER BY id DESC LIMIT ?').all(
    limit,
  ) as { at: number; event: string; detail: string }[]
  return rows.map((row) => ({ ...row, detail: JSON.parse(row.detail) }))
}
