import { type Db, sql } from '../database.ts'

/** A change of address under way: the new address is held for the account. */
export type EmailChange = { did: string; newEmail: string; createdAt: number }

const columns = 'did, new_email AS newEmail, created_at AS createdAt'

export function putEmailChange(db: Db, change: EmailChange): void {
  sql(
    db,
    `INSERT INTO email_change (did, new_email, created_at) VALUES (@did, @newEmail, @createdAt)
     ON CONFLICT (did) DO UPDATE SET new_email = @newEmail, created_at = @createdAt`,
  ).run(change)
}

export function findEmailChange(db: Db, newEmail: string): EmailChange | null {
  const row = sql(db, `SELECT ${columns} FROM email_change WHERE new_email = ?`).get(newEmail)
  return (row as EmailChange | undefined) ?? null
}

export function readEmailChange(db: Db, did: string): EmailChange | null {
  const row = sql(db, `SELECT ${columns} FROM email_change WHERE did = ?`).get(did)
  return (row as EmailChange | undefined) ?? null
}

/** Those begun before `before` (ms). */
export function listEmailChanges(db: Db, before: number): EmailChange[] {
  return sql(db, `SELECT ${columns} FROM email_change WHERE created_at < ?`).all(
    before,
  ) as EmailChange[]
}

/** @param createdAt only the attempt that began then; unless given, the change that there is */
export function deleteEmailChange(db: Db, did: string, createdAt: number | null = null): void {
  sql(db, 'DELETE FROM email_change WHERE did = ? AND created_at = coalesce(?, created_at)').run(
    did,
    createdAt,
  )
}
