import { makeRoom } from '../bounded_table.ts'
import { type Db, sql } from '../database.ts'
import { joining } from '../group_commit.ts'
import { hashSecret } from '../hash.ts'
import { openIn, sealIn } from '../sealed_columns.ts'
import { OPENID_PUSHED, OPENID_PUSHED_REQUESTS, OPENID_REQUESTS } from './bounds.ts'

/**
 * What the OpenID provider keeps before it is known who somebody is: interactions, pushed requests, sessions
 * without an account. `payload` is JSON; times are milliseconds.
 */
export type OpenidRequest = { payload: string; expiresAt: number; isSpent: boolean }

/** It names the session that a browser shows. */
const PAYLOAD = 'openid_request.payload'

export function putOpenidRequest(
  db: Db,
  kind: string,
  id: string,
  { payload, expiresAt }: Omit<OpenidRequest, 'isSpent'>,
): void {
  const sealed = sealIn(db, PAYLOAD, payload)
  const bounded = kind === OPENID_PUSHED ? OPENID_PUSHED_REQUESTS : OPENID_REQUESTS
  makeRoom(db, bounded, 150 + sealed.length)
  joining(
    db,
    `INSERT INTO openid_request (id_hash, kind, payload, expires_at)
     VALUES (@hash, @kind, @payload, @expiresAt)
     ON CONFLICT (id_hash) DO UPDATE SET payload = @payload, expires_at = @expiresAt`,
  ).run({ hash: hashSecret(id), kind, payload: sealed, expiresAt })
}

export function readOpenidRequest(db: Db, kind: string, id: string): OpenidRequest | null {
  const row = sql(
    db,
    `SELECT payload, expires_at AS expiresAt, consumed_at AS spentAt FROM openid_request
     WHERE id_hash = ? AND kind = ? AND expires_at > ?`,
  ).get(hashSecret(id), kind, Date.now()) as
    | { payload: string; expiresAt: number; spentAt: number | null }
    | undefined
  const payload = row && openIn(db, PAYLOAD, row.payload)
  return row && payload
    ? { payload, expiresAt: row.expiresAt, isSpent: row.spentAt !== null }
    : null
}

/**
 * In one statement, so that of two at once only one does.
 *
 * @param by which attempt, so that one that is repeated does it, too
 * @returns whether it was not spent before by another one
 */
export function consumeOpenidRequest(db: Db, id: string, by: string): boolean {
  return (
    joining(
      db,
      `UPDATE openid_request SET consumed_at = @now, consumed_by = @by
       WHERE id_hash = @id AND (consumed_at IS NULL OR consumed_by = @by)`,
    ).run({ id: hashSecret(id), by, now: Date.now() }).changes > 0
  )
}

export function deleteOpenidRequest(db: Db, id: string): void {
  joining(db, 'DELETE FROM openid_request WHERE id_hash = ?').run(hashSecret(id))
}
