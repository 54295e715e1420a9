import { EMAIL_TOKEN } from '../../base/lifetimes.ts'
import { type Db, sql } from '../database.ts'
import { hashSecret, matchesHash } from '../hash.ts'

export type EmailTokenPurpose =
  | 'confirm_email'
  | 'update_email'
  | 'reset_password'
  | 'delete_account'
  | 'plc_operation'
  | 'sign_in'

/** One token a purpose: a new one replaces the one before. */
export function putEmailToken(
  db: Db,
  purpose: EmailTokenPurpose,
  token: string,
  now: number,
): void {
  sql(
    db,
    `INSERT INTO email_token (purpose, token_hash, requested_at) VALUES (@purpose, @hash, @now)
     ON CONFLICT (purpose) DO UPDATE SET token_hash = @hash, requested_at = @now`,
  ).run({ purpose, hash: hashSecret(token), now })
}

export function checkEmailToken(
  db: Db,
  purpose: EmailTokenPurpose,
  token: string,
  now: number,
): 'valid' | 'invalid' | 'expired' {
  const row = sql(db, 'SELECT token_hash, requested_at FROM email_token WHERE purpose = ?').get(
    purpose,
  ) as { token_hash: Buffer; requested_at: number } | undefined
  if (!row || !matchesHash(token, row.token_hash)) return 'invalid'
  return now - row.requested_at > EMAIL_TOKEN ? 'expired' : 'valid'
}

export function deleteEmailToken(db: Db, purpose: EmailTokenPurpose): void {
  sql(db, 'DELETE FROM email_token WHERE purpose = ?').run(purpose)
}

export function deleteAllEmailTokens(db: Db): void {
  sql(db, 'DELETE FROM email_token').run()
}
