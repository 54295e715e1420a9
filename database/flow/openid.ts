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

/** A client as it was registered. `metadata` is JSON (RFC 7591), without the secret. */
export type OpenidClient = {
  id: string
  metadata: string
  /** SHA-256, base64url; null of a client without one. */
  secretHash: string | null
  /** ms */
  registeredAt: number
  /** By itself, not by the operator. */
  isSelfRegistered: boolean
}

type StoredClient = Omit<OpenidClient, 'isSelfRegistered'> & { selfRegistered: number }

const CLIENT = `SELECT id, metadata, secret_hash AS secretHash, registered_at AS registeredAt,
    self_registered AS selfRegistered
  FROM openid_client`

export function readOpenidClient(db: Db, id: string): OpenidClient | null {
  const row = sql(db, `${CLIENT} WHERE id = ?`).get(id) as StoredClient | undefined
  return row ? toClient(row) : null
}

function toClient({ selfRegistered, ...client }: StoredClient): OpenidClient {
  return { ...client, isSelfRegistered: selfRegistered === 1 }
}

/** In the order of their ids, from the one after `after`. */
export function listOpenidClients(db: Db, after: string, limit: number): OpenidClient[] {
  const text = `${CLIENT} WHERE id > ? ORDER BY id LIMIT ?`
  return (sql(db, text).all(after, limit) as StoredClient[]).map(toClient)
}

/** Those of the operator alone: of the others there may be many. */
export function listVouchedOpenidClients(db: Db): OpenidClient[] {
  const rows = sql(db, `${CLIENT} WHERE self_registered = 0`).all() as StoredClient[]
  return rows.map(toClient)
}

/** Whether the operator has registered a client, or a resource that others use. */
export function isOpenidWanted(db: Db): boolean {
  const text = `SELECT EXISTS (SELECT 1 FROM openid_client)
    OR EXISTS (SELECT 1 FROM openid_resource)`
  return sql(db, text).pluck().get() === 1
}

/** As the operator registers it. */
export function upsertOpenidClient(db: Db, client: Omit<OpenidClient, 'isSelfRegistered'>): void {
  joining(
    db,
    `INSERT INTO openid_client (id, metadata, secret_hash, registered_at)
     VALUES (@id, @metadata, @secretHash, @registeredAt)
     ON CONFLICT (id) DO UPDATE SET metadata = @metadata, secret_hash = @secretHash`,
  ).run(client)
}

export function deleteOpenidClient(db: Db, id: string): void {
  joining(db, 'DELETE FROM openid_client WHERE id = ?').run(id)
}

/** The same where it may publish itself by this id: what it was given until now is remembered to have ended. */
export function removeOpenidClient(db: Db, id: string): void {
  deleteOpenidClient(db, id)
  joining(
    db,
    `INSERT INTO openid_removal (id, removed_at) VALUES (@id, @now)
     ON CONFLICT (id) DO UPDATE SET removed_at = @now`,
  ).run({ id, now: Date.now() })
}

/** When that was, ms; null where it was not. */
export function readOpenidRemoval(db: Db, id: string): number | null {
  const text = 'SELECT removed_at FROM openid_removal WHERE id = ?'
  return (sql(db, text).pluck().get(id) as number | undefined) ?? null
}

/** A private key of the OpenID provider, as JWK (JSON), and when it was made, ms. */
export type OpenidKey = { kid: string; jwk: string; createdAt: number }

const JWK = 'openid_key.jwk'

/** The oldest first; those that were sealed with another secret are left out. */
export function listOpenidKeys(db: Db): OpenidKey[] {
  const text = 'SELECT kid, jwk, created_at AS createdAt FROM openid_key ORDER BY created_at, kid'
  const rows = sql(db, text).all() as OpenidKey[]
  return rows.flatMap((row) => {
    const jwk = openIn(db, JWK, row.jwk)
    return jwk === null ? [] : [{ ...row, jwk }]
  })
}

export function insertOpenidKeys(db: Db, keys: readonly OpenidKey[]): void {
  const insert = joining(db, 'INSERT INTO openid_key (kid, jwk, created_at) VALUES (?, ?, ?)')
  for (const { kid, jwk, createdAt } of keys) insert.run(kid, sealIn(db, JWK, jwk), createdAt)
}

/**
 * Keeps the keys unless there are some: auth actors that start together share those of the first.
 *
 * @returns the keys that are kept
 */
export function insertFirstOpenidKeys(db: Db, keys: readonly OpenidKey[]): OpenidKey[] {
  if (listOpenidKeys(db).length === 0) insertOpenidKeys(db, keys)
  return listOpenidKeys(db)
}

export function deleteOpenidKey(db: Db, kid: string): void {
  joining(db, 'DELETE FROM openid_key WHERE kid = ?').run(kid)
}
