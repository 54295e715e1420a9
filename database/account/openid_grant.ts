import { OPENID_GRANT, OPENID_UNUSED_GRANT } from '../../base/lifetimes.ts'
import type { CalledFrom } from '../../http/requester.ts'
import { type Db, sql } from '../database.ts'
import { trim } from './bounds.ts'
import { columnsOf, fromColumns } from './session.ts'

/** What an OpenID client was granted in one browser, or one device, with all its tokens. Times are milliseconds. */
export type OpenidGrant = {
  /** Unguessable, and opens nothing: tokens and codes of the grant carry it. */
  id: string
  clientId: string
  /** JSON */
  payload: string
  expiresAt: number
}

/** `updatedAt`: when something was last issued of it. */
export type FoundOpenidGrant = OpenidGrant & { createdAt: number; updatedAt: number }

/** The same as its person sees it. */
export type OpenidGrantInUse = Pick<OpenidGrant, 'id' | 'clientId'> & {
  createdAt: number
  updatedAt: number
  /** From where it was last used. */
  from: CalledFrom | null
}

type Stored = {
  id: string
  client_id: string
  payload: string
  created_at: number
  updated_at: number
  expires_at: number
  address: string | null
  user_agent: string | null
}

/**
 * It lasts {@link OPENID_UNUSED_GRANT} unless something is issued of it. To be called in a transaction.
 *
 * @param since it was given no earlier, ms, by whatever clock
 */
export function insertOpenidGrant(
  db: Db,
  grant: OpenidGrant,
  from: CalledFrom | null,
  now: number,
  since = 0,
): void {
  sql(
    db,
    `INSERT INTO openid_grant
       (id, client_id, payload, created_at, updated_at, expires_at, address, user_agent)
     VALUES (@id, @clientId, @payload, @at, @now, @expiresAt, @address, @userAgent)`,
  ).run({
    ...{ ...grant, expiresAt: unusedUntil(grant, now), ...columnsOf(from) },
    ...{ now, at: Math.max(now, since) },
  })
  trim(db, 'openid_grant', now)
}

/**
 * What the person has decided anew is granted from then on.
 *
 * @param since as of {@link insertOpenidGrant}
 * @returns whether there is one
 */
export function updateOpenidGrant(db: Db, grant: OpenidGrant, now: number, since = 0): boolean {
  const { id, payload } = grant
  return (
    sql(
      db,
      `UPDATE openid_grant SET payload = @payload, expires_at = max(expires_at, @expiresAt), created_at = @at
       WHERE id = @id`,
    ).run({ id, payload, expiresAt: unusedUntil(grant, now), at: Math.max(now, since) }).changes > 0
  )
}

const unusedUntil = ({ expiresAt }: OpenidGrant, now: number) =>
  Math.min(expiresAt, now + OPENID_UNUSED_GRANT)

/** Notes from where the client has just used it, which lasts as long as a grant does from then on. */
export function noteOpenidGrantUse(db: Db, id: string, from: CalledFrom | null, now: number): void {
  sql(
    db,
    `UPDATE openid_grant SET updated_at = @now, address = @address, user_agent = @userAgent,
       expires_at = max(expires_at, created_at + ${OPENID_GRANT})
     WHERE id = @id`,
  ).run({ id, ...columnsOf(from), now })
}

export function findOpenidGrant(db: Db, id: string, now: number): FoundOpenidGrant | null {
  const text = 'SELECT * FROM openid_grant WHERE id = ? AND expires_at > ?'
  const row = sql(db, text).get(id, now) as Stored | undefined
  if (!row) return null
  return {
    id: row.id,
    clientId: row.client_id,
    payload: row.payload,
    createdAt: row.created_at,
    updatedAt: row.updated_at,
    expiresAt: row.expires_at,
  }
}

/** In the order in which they began. */
export function listOpenidGrants(db: Db, now: number): OpenidGrantInUse[] {
  const text = 'SELECT * FROM openid_grant WHERE expires_at > ? ORDER BY created_at'
  const rows = sql(db, text).all(now) as Stored[]
  return rows.map((row) => ({
    id: row.id,
    clientId: row.client_id,
    createdAt: row.created_at,
    updatedAt: row.updated_at,
    from: fromColumns(row),
  }))
}

/** Its tokens go with it. @returns the client's id, where there was one */
export function deleteOpenidGrant(db: Db, id: string): string | null {
  const text = 'DELETE FROM openid_grant WHERE id = ? RETURNING client_id'
  return (sql(db, text).pluck().get(id) as string | undefined) ?? null
}

export function deleteAllOpenidGrants(db: Db): void {
  sql(db, 'DELETE FROM openid_grant').run()
}
