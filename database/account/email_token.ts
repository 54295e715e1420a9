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

/** By what the token is kept that was mailed before the newest. */
const former = (purpose: EmailTokenPurpose) => `former ${purpose}`

/**
 * One token a purpose, and the one before it until {@link endFormerEmailToken}: the mail with the new one may never leave.
 * That of a mail which left stays, however many are put after it.
 */
export function putEmailToken(
  db: Db,
  purpose: EmailTokenPurpose,
  token: string,
  now: number,
): void {
  sql(
    db,
    `INSERT INTO email_token (purpose, token_hash, requested_at)
       SELECT @former, token_hash, requested_at FROM email_token WHERE purpose = @purpose
     ON CONFLICT (purpose) DO UPDATE
       SET token_hash = excluded.token_hash, requested_at = excluded.requested_at
       WHERE email_token.requested_at < @expired`,
  ).run({ purpose, former: former(purpose), expired: now - EMAIL_TOKEN })
  sql(
    db,
    `INSERT INTO email_token (purpose, token_hash, requested_at) VALUES (@purpose, @hash, @now)
     ON CONFLICT (purpose) DO UPDATE SET token_hash = @hash, requested_at = @now`,
  ).run({ purpose, hash: hashSecret(token), now })
}

/**
 * The mail with a token has left, so the one before it ends. Where yet another was put meanwhile, whose mail may never
 * leave, this one is the one before that; but not where that one is newer, since a mail may leave late: this one has ended
 * by then. To be called in a transaction.
 *
 * @param requestedAt when this token was put, ms
 */
export function endFormerEmailToken(
  db: Db,
  purpose: EmailTokenPurpose,
  token: string,
  requestedAt: number,
): void {
  const named = { former: former(purpose), hash: hashSecret(token) }
  const newest = sql(db, 'SELECT 1 FROM email_token WHERE purpose = ? AND token_hash = ?')
  if (newest.get(purpose, named.hash) !== undefined) {
    sql(db, 'DELETE FROM email_token WHERE purpose = ?').run(named.former)
    return
  }
  sql(
    db,
    `UPDATE email_token SET token_hash = @hash, requested_at = @requestedAt
       WHERE purpose = @former AND requested_at < @requestedAt`,
  ).run({ ...named, requestedAt })
}

export function checkEmailToken(
  db: Db,
  purpose: EmailTokenPurpose,
  token: string,
  now: number,
): 'valid' | 'invalid' | 'expired' {
  const rows = sql(
    db,
    'SELECT token_hash AS hash, requested_at AS requestedAt FROM email_token WHERE purpose IN (?, ?)',
  ).all(purpose, former(purpose)) as { hash: Buffer; requestedAt: number }[]
  const row = rows.find(({ hash }) => matchesHash(token, hash))
  if (!row) return 'invalid'
  return now - row.requestedAt > EMAIL_TOKEN ? 'expired' : 'valid'
}

export function deleteEmailToken(db: Db, purpose: EmailTokenPurpose): void {
  sql(db, 'DELETE FROM email_token WHERE purpose IN (?, ?)').run(purpose, former(purpose))
}

export function deleteAllEmailTokens(db: Db): void {
  sql(db, 'DELETE FROM email_token').run()
}
