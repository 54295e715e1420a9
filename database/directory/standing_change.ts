import { type Db, sql } from '../database.ts'

/** What is decided of an account: to take it down (with a reference) or lift that; to deactivate or activate it. */
export type Decision =
  | { takedownRef: string | null }
  /** @param deleteAfter ms */
  | { deactivated: { deleteAfter: number | null; deleteCredentials: boolean } | null }

/** Of each an account has one decision at a time: the last one. */
export type Aspect = 'takedown' | 'activity'

/** A decision on how an account stands that is being carried out, here and on its PDS. */
export type StandingChange = {
  did: string
  aspect: Aspect
  decision: Decision
  createdAt: number
  /** The account's when the person asked for it; null where the operator did. */
  generation: number | null
}

const columns = 'did, aspect, decision, created_at AS createdAt, generation'

/** As it is kept. */
type Row = Omit<StandingChange, 'decision'> & { decision: string }

const read = (row: Row): StandingChange => ({ ...row, decision: JSON.parse(row.decision) })

/** In the place of an earlier one. */
export function putStandingChange(db: Db, change: StandingChange): void {
  sql(
    db,
    `INSERT OR REPLACE INTO standing_change (did, aspect, decision, created_at, generation)
     VALUES (@did, @aspect, @decision, @createdAt, @generation)`,
  ).run({ ...change, decision: JSON.stringify(change.decision) })
}

/** Those of an account. */
export function listStandingChangesOf(db: Db, did: string): StandingChange[] {
  const rows = sql(db, `SELECT ${columns} FROM standing_change WHERE did = ?`).all(did)
  return (rows as Row[]).map(read)
}

/** Those begun before `before` (ms). */
export function listStandingChanges(db: Db, before: number): StandingChange[] {
  const rows = sql(db, `SELECT ${columns} FROM standing_change WHERE created_at < ?`).all(before)
  return (rows as Row[]).map(read)
}

/** Ends that decision; a later one stays. */
export function deleteStandingChange(
  db: Db,
  { did, aspect, createdAt }: Pick<StandingChange, 'did' | 'aspect' | 'createdAt'>,
): void {
  sql(db, 'DELETE FROM standing_change WHERE did = ? AND aspect = ? AND created_at = ?').run(
    ...[did, aspect, createdAt],
  )
}
