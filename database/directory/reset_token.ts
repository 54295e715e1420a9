import { EMAIL_TOKEN } from '../../base/lifetimes.ts'
import { type Db, sql } from '../database.ts'
import { hashSecret } from '../hash.ts'

/**
 * Notes which account a password-reset token is for, so that it can be found by the token alone. Which ones are good of
 * those of an account, it says itself.
 */
export function putResetToken(db: Db, token: string, did: string, now: number): void {
  sql(db, 'DELETE FROM reset_token WHERE expires_at < ?').run(now)
  sql(db, 'INSERT OR REPLACE INTO reset_token (token_hash, did, expires_at) VALUES (?, ?, ?)').run(
    hashSecret(token),
    did,
    // Longer than the token itself, so that the account can tell "expired" from "invalid".
    now + 2 * EMAIL_TOKEN,
  )
}

export function findResetToken(db: Db, token: string): string | null {
  const row = sql(db, 'SELECT did FROM reset_token WHERE token_hash = ?').get(hashSecret(token))
  return (row as { did: string } | undefined)?.did ?? null
}
