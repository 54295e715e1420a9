import { type Db, sql } from '../database.ts'
import { joining } from '../group_commit.ts'
import { notAhead } from './noted_time.ts'

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
  if (!row) return null
  return toClient({ ...row, registeredAt: notAhead(db, 'openid_client', id, row.registeredAt) })
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

/** @returns whether it is registered still, and has a secret */
export function replaceOpenidClientSecret(db: Db, id: string, secretHash: string): boolean {
  const text = 'UPDATE openid_client SET secret_hash = ? WHERE id = ? AND secret_hash IS NOT NULL'
  return joining(db, text).run(secretHash, id).changes === 1
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
  const removedAt = sql(db, text).pluck().get(id) as number | undefined
  return removedAt === undefined ? null : notAhead(db, 'openid_removal', id, removedAt)
}
