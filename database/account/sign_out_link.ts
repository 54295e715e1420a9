import { SIGN_OUT_LINK } from '../../base/lifetimes.ts'
import { type Db, sql } from '../database.ts'
import { hashSecret } from '../hash.ts'
import { trim } from './bounds.ts'

/** To be called in a transaction. */
export function insertSignOutLink(db: Db, secret: string, now: number): void {
  sql(db, 'INSERT INTO sign_out_link (secret_hash, made_at) VALUES (?, ?)').run(
    hashSecret(secret),
    now,
  )
  trim(db, 'sign_out_link', now)
}

export function hasSignOutLink(db: Db, secret: string, now: number): boolean {
  const found = sql(db, 'SELECT 1 FROM sign_out_link WHERE secret_hash = ? AND made_at > ?')
  return found.get(hashSecret(secret), now - SIGN_OUT_LINK) !== undefined
}

export function deleteSignOutLink(db: Db, secret: string): void {
  sql(db, 'DELETE FROM sign_out_link WHERE secret_hash = ?').run(hashSecret(secret))
}
