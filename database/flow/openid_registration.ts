import { OPENID_CLIENT_UNUSED, OPENID_USED_CLIENT_UNUSED } from '../../base/lifetimes.ts'
import { makeRoom } from '../bounded_table.ts'
import { type Db, sql } from '../database.ts'
import { joining } from '../group_commit.ts'
import { hashSecret, matchesHash } from '../hash.ts'
import { SELF_REGISTERED_CLIENTS } from './bounds.ts'
import type { OpenidClient } from './openid_client.ts'

/** Keeps a client that registers itself. */
export function registerOpenidClient(db: Db, client: Omit<OpenidClient, 'isSelfRegistered'>): void {
  makeRoom(db, SELF_REGISTERED_CLIENTS, 400 + client.metadata.length)
  joining(
    db,
    `INSERT INTO openid_client (id, metadata, secret_hash, registered_at, self_registered)
     VALUES (@id, @metadata, @secretHash, @registeredAt, 1)`,
  ).run(client)
}

/**
 * Keeps what a client that registered itself changes. One of the operator's is left as it is.
 *
 * @returns whether it is registered still
 */
export function changeOpenidClient(
  db: Db,
  client: Pick<OpenidClient, 'id' | 'metadata' | 'secretHash'>,
): boolean {
  makeRoom(db, SELF_REGISTERED_CLIENTS, client.metadata.length)
  const text = `UPDATE openid_client SET metadata = @metadata, secret_hash = @secretHash
    WHERE id = @id AND self_registered = 1`
  return joining(db, text).run(client).changes === 1
}

/** Somebody has signed in to it. */
export function noteOpenidClientUse(db: Db, id: string): void {
  const text = 'UPDATE openid_client SET used_at = ? WHERE id = ? AND self_registered = 1'
  joining(db, text).run(Date.now(), id)
}

/** @param access the token by which it changes itself (RFC 7592) */
export function setOpenidClientAccess(db: Db, id: string, access: string): void {
  const text = 'UPDATE openid_client SET access_hash = ? WHERE id = ? AND self_registered = 1'
  joining(db, text).run(hashSecret(access), id)
}

export function hasOpenidClientAccess(db: Db, id: string, access: string): boolean {
  const text = 'SELECT access_hash FROM openid_client WHERE id = ? AND self_registered = 1'
  const hash = sql(db, text).pluck().get(id) as Buffer | null | undefined
  return matchesHash(access, hash ?? null)
}

/** A token of the operator's, by which clients register themselves. Times are milliseconds. */
export type OpenidInitialToken = { name: string; createdAt: number; expiresAt: number }

export function insertOpenidInitialToken(
  db: Db,
  token: string,
  { name, createdAt, expiresAt }: OpenidInitialToken,
): void {
  joining(
    db,
    `INSERT INTO openid_initial_token (token_hash, name, created_at, expires_at)
     VALUES (?, ?, ?, ?)`,
  ).run(hashSecret(token), name, createdAt, expiresAt)
}

export function isOpenidInitialToken(db: Db, token: string, now = Date.now()): boolean {
  const text = 'SELECT 1 FROM openid_initial_token WHERE token_hash = ? AND expires_at > ?'
  return sql(db, text).get(hashSecret(token), now) !== undefined
}

export function listOpenidInitialTokens(db: Db): OpenidInitialToken[] {
  return sql(
    db,
    `SELECT name, created_at AS createdAt, expires_at AS expiresAt FROM openid_initial_token
     WHERE expires_at > ? ORDER BY name`,
  ).all(Date.now()) as OpenidInitialToken[]
}

/** All of that name. */
export function deleteOpenidInitialTokens(db: Db, name: string): void {
  joining(db, 'DELETE FROM openid_initial_token WHERE name = ?').run(name)
}

/** Deletes what has expired, and clients that registered themselves and are not used. */
export function sweepOpenidRegistrations(db: Db, now: number): void {
  sql(db, 'DELETE FROM openid_initial_token WHERE expires_at < ?').run(now)
  sql(
    db,
    `DELETE FROM openid_client WHERE self_registered = 1
       AND coalesce(used_at + ${OPENID_USED_CLIENT_UNUSED - OPENID_CLIENT_UNUSED}, registered_at) < ?`,
  ).run(now - OPENID_CLIENT_UNUSED)
}
