import { type Db, sql } from '../database.ts'

/** Times are milliseconds since the epoch. */
export type AppPassword = {
  name: string
  privileged: boolean
  createdAt: number
  /** When a session was last opened or refreshed with it; null where none was, since that is kept. */
  usedAt: number | null
}

export type AppPasswordId = Pick<AppPassword, 'name' | 'createdAt'>

type Stored = { name: string; privileged: number; created_at: number; used_at: number | null }

export function countAppPasswords(db: Db): number {
  return sql(db, 'SELECT count(*) FROM app_password').pluck().get() as number
}

/** @returns false when an app password of that name exists */
export function insertAppPassword(
  db: Db,
  password: Omit<AppPassword, 'usedAt'> & { passwordScrypt: string },
): boolean {
  const { changes } = sql(
    db,
    `INSERT OR IGNORE INTO app_password (name, password_scrypt, privileged, created_at)
     VALUES (@name, @passwordScrypt, @privileged, @createdAt)`,
  ).run({ ...password, privileged: password.privileged ? 1 : 0 })
  return changes > 0
}

export function findAppPassword(db: Db, passwordScrypt: string): AppPassword | null {
  const row = sql(db, 'SELECT * FROM app_password WHERE password_scrypt = ?').get(passwordScrypt)
  return row ? toAppPassword(row) : null
}

export function listAppPasswords(db: Db): AppPassword[] {
  return sql(db, 'SELECT * FROM app_password ORDER BY created_at DESC').all().map(toAppPassword)
}

/** Whether this very one is still there: another may have got its name. */
export function hasAppPassword(db: Db, { name, createdAt }: AppPasswordId): boolean {
  const found = sql(db, 'SELECT 1 FROM app_password WHERE name = ? AND created_at = ?')
  return found.get(name, createdAt) !== undefined
}

/** To be called in a transaction that writes anyway. */
export function noteAppPasswordUse(db: Db, name: string, now: number): void {
  sql(db, 'UPDATE app_password SET used_at = ? WHERE name = ?').run(now, name)
}

/** Its sessions go with it. @returns whether there was one */
export function deleteAppPassword(db: Db, name: string): boolean {
  return sql(db, 'DELETE FROM app_password WHERE name = ?').run(name).changes > 0
}

export function deleteAllAppPasswords(db: Db): void {
  sql(db, 'DELETE FROM app_password').run()
}

function toAppPassword(found: unknown): AppPassword {
  const row = found as Stored
  return {
    name: row.name,
    privileged: row.privileged === 1,
    createdAt: row.created_at,
    usedAt: row.used_at,
  }
}
