import { type Db, sql } from '../database.ts'
import { joining } from '../group_commit.ts'
import { notAhead } from './noted_time.ts'

/** A protected resource as the operator registered it (RFC 8707). */
export type OpenidResource = {
  /** Its address in the spelling of `URL`, by which it is found. */
  id: string
  /** The same as the operator wrote it: the `aud` of its tokens. */
  audience: string
  name: string | null
  /** Scopes with spaces between. */
  scope: string
  /** How its tokens are signed: `RS256` or `ES256`. */
  alg: string
  /** ms */
  registeredAt: number
}

const RESOURCE = `SELECT id, audience, name, scope, alg, registered_at AS registeredAt
  FROM openid_resource`

export function readOpenidResource(db: Db, id: string): OpenidResource | null {
  const row = sql(db, `${RESOURCE} WHERE id = ?`).get(id) as OpenidResource | undefined
  return row
    ? { ...row, registeredAt: notAhead(db, 'openid_resource', id, row.registeredAt) }
    : null
}

/** In the order of their addresses. */
export function listOpenidResources(db: Db): OpenidResource[] {
  return sql(db, `${RESOURCE} ORDER BY id`).all() as OpenidResource[]
}

/** One that is changed stays registered since before. */
export function upsertOpenidResource(db: Db, resource: OpenidResource): void {
  joining(
    db,
    `INSERT INTO openid_resource (id, audience, name, scope, alg, registered_at)
     VALUES (@id, @audience, @name, @scope, @alg, @registeredAt)
     ON CONFLICT (id) DO UPDATE SET audience = @audience, name = @name, scope = @scope, alg = @alg`,
  ).run(resource)
}

export function deleteOpenidResource(db: Db, id: string): void {
  joining(db, 'DELETE FROM openid_resource WHERE id = ?').run(id)
}
