import { type Db, sql } from '../database.ts'
import { hashSecret } from '../hash.ts'
import { openIn, sealIn } from '../sealed_columns.ts'

/** The account and session of a refresh token that a PDS gave before it was adopted. */
export type CarriedToken = { did: string; sessionId: string }

/** Sealed, so that they end with the secret of this entryway, as its own refresh tokens do. */
const SESSION = 'carried_token.session_id'
const SECRET = 'carried_secret.secret'

/** @param expiresAt when it may be forgotten, ms */
export function insertCarriedToken(
  db: Db,
  { token, sessionId, ...row }: CarriedToken & { token: string; expiresAt: number },
): void {
  sql(
    db,
    `INSERT OR REPLACE INTO carried_token (token_hash, did, session_id, expires_at)
     VALUES (@hash, @did, @sealed, @expiresAt)`,
  ).run({ ...row, hash: hashSecret(token), sealed: sealIn(db, SESSION, sessionId) })
}

/**
 * It stays where it was used: shown again, it ends its session.
 *
 * @returns null also where the secret of this entryway has changed since
 */
export function findCarriedToken(db: Db, token: string): CarriedToken | null {
  const row = sql(
    db,
    'SELECT did, session_id AS sealed FROM carried_token WHERE token_hash = ? AND expires_at > ?',
  ).get(hashSecret(token), Date.now()) as { did: string; sealed: string } | undefined
  const sessionId = row ? openIn(db, SESSION, row.sealed) : null
  return row && sessionId !== null ? { did: row.did, sessionId } : null
}

/** @param expiresAt of the last JWT that was signed with it, ms */
export function insertCarriedSecret(
  db: Db,
  { secret, ...row }: { pdsDid: string; secret: string; expiresAt: number },
): void {
  sql(
    db,
    `INSERT OR REPLACE INTO carried_secret (pds_did, secret, expires_at)
     VALUES (@pdsDid, @sealed, @expiresAt)`,
  ).run({ ...row, sealed: sealIn(db, SECRET, secret) })
}

/** @returns null also where the secret of this entryway has changed since */
export function readCarriedSecret(db: Db, pdsDid: string): string | null {
  const sealed = sql(db, 'SELECT secret FROM carried_secret WHERE pds_did = ? AND expires_at > ?')
    .pluck()
    .get(pdsDid, Date.now()) as string | undefined
  return sealed === undefined ? null : openIn(db, SECRET, sealed)
}
