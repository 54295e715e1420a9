import { REFRESH_RETRY_GRACE } from '../../base/lifetimes.ts'
import { type Db, sql } from '../database.ts'
import { hashSecret } from '../hash.ts'
import { trim } from './bounds.ts'
import { sealSuccessor, unsealSuccessor } from './sealed_successor.ts'

/** A code or a token of an OpenID client, kept by its hash. `payload` is JSON; times are milliseconds. */
export type OpenidToken = {
  /** As the provider names it: `AuthorizationCode`, `AccessToken`, `RefreshToken`. */
  kind: string
  grantId: string
  /** What one code gave, or one device, belongs to one chain, and ends with it. */
  chain: string
  payload: string
  expiresAt: number
}

/** `isSpent`: it was exchanged, and is good for nothing but to be recognised. */
export type FoundOpenidToken = OpenidToken & { isSpent: boolean }

type Stored = {
  kind: string
  grant_id: string
  chain: string
  payload: string
  expires_at: number
  consumed_at: number | null
  sealed_successor: Buffer | null
  successor_hash: Buffer | null
}

/** A code or a token of which the client has the secret. */
export type NewOpenidToken = OpenidToken & { secret: string }

/** Of a refresh that is made once more, their rows are there already. To be called in a transaction. */
export function upsertOpenidTokens(db: Db, tokens: readonly NewOpenidToken[], now: number): void {
  for (const { secret, ...token } of tokens) {
    sql(
      db,
      `INSERT INTO openid_token (token_hash, kind, grant_id, chain, payload, expires_at)
       VALUES (@hash, @kind, @grantId, @chain, @payload, @expiresAt)
       ON CONFLICT (token_hash) DO UPDATE SET payload = @payload, expires_at = @expiresAt`,
    ).run({ ...token, hash: hashSecret(secret) })
  }
  trim(db, 'openid_token', now)
}

export function findOpenidToken(
  db: Db,
  kind: string,
  secret: string,
  now: number,
): FoundOpenidToken | null {
  const row = read(db, hashSecret(secret))
  if (row?.kind !== kind) return null
  return {
    kind,
    grantId: row.grant_id,
    chain: row.chain,
    payload: row.payload,
    expiresAt: row.expires_at,
    isSpent: row.consumed_at !== null && !mayRetry(db, row, now),
  }
}

/**
 * Spends a code, in one statement, so that of two exchanges at once only one does. What it was given for is needed
 * no more.
 *
 * @param by which attempt, so that one that is repeated does it, too
 * @returns whether this one did
 */
export function consumeOpenidToken(
  db: Db,
  secret: string,
  by: string | null,
  now: number,
): boolean {
  return (
    sql(
      db,
      `UPDATE openid_token SET consumed_at = @now, consumed_by = @by, payload = '{}'
       WHERE token_hash = @hash AND (consumed_at IS NULL OR consumed_by = @by)`,
    ).run({ hash: hashSecret(secret), by, now }).changes > 0
  )
}

/**
 * Refresh token rotation (RFC 9700 section 4.14.2), as `rotateSession` does it: the one that was
 * succeeded gets the same successor once more for {@link REFRESH_RETRY_GRACE}, as long as that was not
 * used, since an answer can be lost on its way. To be called in a transaction.
 *
 * @param next the successor to use when there is none yet
 * @returns the successor; null when the presented one answers no more
 */
export function rotateOpenidToken(
  db: Db,
  secret: string,
  next: string,
  now: number,
): string | null {
  const hash = hashSecret(secret)
  const row = read(db, hash)
  if (!row) return null
  if (row.consumed_at !== null) {
    return mayRetry(db, row, now) ? unsealSuccessor(row.sealed_successor as Buffer, secret) : null
  }
  // What came before is known by its chain alone from now on.
  sql(db, 'DELETE FROM openid_token WHERE successor_hash = ?').run(hash)
  sql(
    db,
    `UPDATE openid_token SET consumed_at = @now, sealed_successor = @sealed,
       successor_hash = @successor
     WHERE token_hash = @hash`,
  ).run({ hash, now, sealed: sealSuccessor(next, secret), successor: hashSecret(next) })
  return next
}

/** @returns the chain of what is kept by this secret; null where nothing is */
export function findOpenidChain(db: Db, secret: string): string | null {
  return read(db, hashSecret(secret))?.chain ?? null
}

const IS_GOOD = 'consumed_at IS NULL AND expires_at > @now'

/** @returns whether anything of the chain is still good */
export function isOpenidChainGood(db: Db, grantId: string, chain: string, now: number): boolean {
  const text = `SELECT 1 FROM openid_token WHERE grant_id = @grantId AND chain = @chain AND ${IS_GOOD}`
  return sql(db, text).get({ grantId, chain, now }) !== undefined
}

/** @returns whether anything of any chain of a grant is still good */
export function hasGoodOpenidToken(db: Db, grantId: string, now: number): boolean {
  const text = `SELECT 1 FROM openid_token WHERE grant_id = @grantId AND ${IS_GOOD}`
  return sql(db, text).get({ grantId, now }) !== undefined
}

export function deleteOpenidChain(db: Db, grantId: string, chain: string): void {
  sql(db, 'DELETE FROM openid_token WHERE grant_id = ? AND chain = ?').run(grantId, chain)
}

function read(db: Db, hash: Buffer): Stored | undefined {
  return sql(db, 'SELECT * FROM openid_token WHERE token_hash = ?').get(hash) as Stored | undefined
}

function mayRetry(db: Db, row: Stored, now: number): boolean {
  const { consumed_at: at, successor_hash: successor } = row
  if (at === null || successor === null || now - at > REFRESH_RETRY_GRACE) return false
  // The successor may have made room for others.
  return (read(db, successor)?.consumed_at ?? null) === null
}
