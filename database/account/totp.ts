import { type Db, sql } from '../database.ts'
import { openIn, sealIn } from '../sealed_columns.ts'

/** An authenticator. Times are milliseconds since the epoch. */
export type Totp = {
  /** Base32; null where it was sealed with another key. */
  secret: string | null
  begunAt: number
  /** When a code showed that the person has it; null as long as none did. */
  addedAt: number | null
  /** Time step of the newest code that was used: older ones are refused (RFC 6238 section 5.2). */
  lastStep: number | null
}

const SECRET = 'totp.secret'

/** One that is begun anew takes the place of the one before. */
export function putTotp(db: Db, secret: string, now: number): void {
  sql(db, 'INSERT OR REPLACE INTO totp (id, secret, begun_at) VALUES (1, ?, ?)').run(
    sealIn(db, SECRET, secret),
    now,
  )
}

export function readTotp(db: Db): Totp | null {
  const row = sql(
    db,
    'SELECT secret, begun_at AS begunAt, added_at AS addedAt, last_step AS lastStep FROM totp',
  ).get() as (Totp & { secret: string }) | undefined
  return row ? { ...row, secret: openIn(db, SECRET, row.secret) } : null
}

export function setTotpAdded(db: Db, now: number): void {
  sql(db, 'UPDATE totp SET added_at = ?').run(now)
}

export function setTotpStep(db: Db, step: number): void {
  sql(db, 'UPDATE totp SET last_step = ?').run(step)
}

export function deleteTotp(db: Db): void {
  sql(db, 'DELETE FROM totp').run()
}
