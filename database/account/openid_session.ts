import { type Db, sql } from '../database.ts'
import { hashSecret } from '../hash.ts'
import { trim } from './bounds.ts'

/** A sign-in at the OpenID provider, in one browser. `payload` is JSON; times are milliseconds. */
export type OpenidSession = {
  /** Stays the same while the id changes, which the browser shows. */
  uid: string
  payload: string
  /** The browser (table `device_account`, where it is remembered there). */
  deviceId: string
  isRemembered: boolean
  expiresAt: number
}

type Stored = {
  uid: string
  payload: string
  device_id: string
  remembered: number
  expires_at: number
}

/** To be called in a transaction. @param id that the browser shows from now on */
export function upsertOpenidSession(
  db: Db,
  { isRemembered, ...session }: OpenidSession,
  id: string,
  now: number,
): void {
  sql(
    db,
    `INSERT INTO openid_session
       (uid, id_hash, payload, device_id, remembered, created_at, updated_at, expires_at)
     VALUES (@uid, @hash, @payload, @deviceId, @remembered, @now, @now, @expiresAt)
     ON CONFLICT (uid) DO UPDATE SET id_hash = @hash, payload = @payload, device_id = @deviceId,
       remembered = @remembered, updated_at = @now, expires_at = @expiresAt`,
  ).run({ ...session, remembered: isRemembered ? 1 : 0, hash: hashSecret(id), now })
  trim(db, 'openid_session', now)
}

export function findOpenidSession(db: Db, id: string, now: number): OpenidSession | null {
  const text = 'SELECT * FROM openid_session WHERE id_hash = ? AND expires_at > ?'
  return toSession(sql(db, text).get(hashSecret(id), now))
}

export function findOpenidSessionByUid(db: Db, uid: string, now: number): OpenidSession | null {
  const text = 'SELECT * FROM openid_session WHERE uid = ? AND expires_at > ?'
  return toSession(sql(db, text).get(uid, now))
}

/** A browser in which somebody is signed in who is not remembered there. Times are milliseconds. */
export type PassingBrowser = { deviceId: string; createdAt: number; updatedAt: number }

/** Those of the browsers that do not remember the account (table `device_account`). */
export function listPassingBrowsers(db: Db, now: number): PassingBrowser[] {
  const text = `SELECT device_id AS deviceId, min(created_at) AS createdAt, max(updated_at) AS updatedAt
    FROM openid_session
    WHERE remembered = 0 AND expires_at > ? AND device_id NOT IN (SELECT device_id FROM device_account)
    GROUP BY device_id ORDER BY updatedAt DESC`
  return sql(db, text).all(now) as PassingBrowser[]
}

type EndedSession = Pick<OpenidSession, 'uid' | 'payload'>

/** @returns it, where there was one */
export function deleteOpenidSession(db: Db, id: string): EndedSession[] {
  const text = 'DELETE FROM openid_session WHERE id_hash = ? RETURNING uid, payload'
  return sql(db, text).all(hashSecret(id)) as EndedSession[]
}

/** Those of one browser. @returns them */
export function deleteOpenidSessionsOn(db: Db, deviceId: string): EndedSession[] {
  const text = 'DELETE FROM openid_session WHERE device_id = ? RETURNING uid, payload'
  return sql(db, text).all(deviceId) as EndedSession[]
}

/** Has no browser know any more of a client that was granted this there. To be called in a transaction. */
export function forgetOpenidGrant(db: Db, grantId: string): void {
  const text = 'SELECT uid, payload FROM openid_session WHERE instr(payload, ?) > 0'
  const rows = sql(db, text).all(grantId) as Pick<Stored, 'uid' | 'payload'>[]
  for (const { uid, payload } of rows) {
    const left = withoutOpenidGrants(payload, [grantId])
    sql(db, 'UPDATE openid_session SET payload = ? WHERE uid = ?').run(left, uid)
  }
}

/** The same payload of a session, which knows of these grants no more. */
export function withoutOpenidGrants(payload: string, grantIds: readonly string[]): string {
  const { authorizations = {}, ...session } = JSON.parse(payload) as Payload
  const others = Object.entries(authorizations).filter(
    ([, { grantId }]) => !grantId || !grantIds.includes(grantId),
  )
  return JSON.stringify({ ...session, authorizations: Object.fromEntries(others) })
}

/** Ids of what clients were granted that a session knows of. @param payload of the session */
export function openidGrantsIn(payload: string): string[] {
  const { authorizations = {} } = JSON.parse(payload) as Payload
  return Object.values(authorizations).flatMap(({ grantId }) => grantId ?? [])
}

/**
 * Those of them of which nothing is good without the session: the person has not let the client go on without the browser
 * (OpenID Connect Core section 11).
 */
export function openidGrantsEndedWith(payload: string): string[] {
  const { authorizations = {} } = JSON.parse(payload) as Payload
  return Object.values(authorizations).flatMap(({ grantId, persistsLogout }) =>
    grantId && !persistsLogout ? grantId : [],
  )
}

type Payload = { authorizations?: Record<string, { grantId?: string; persistsLogout?: boolean }> }

export function deleteAllOpenidSessions(db: Db): void {
  sql(db, 'DELETE FROM openid_session').run()
}

function toSession(found: unknown): OpenidSession | null {
  const row = found as Stored | undefined
  if (!row) return null
  return {
    uid: row.uid,
    payload: row.payload,
    deviceId: row.device_id,
    isRemembered: row.remembered === 1,
    expiresAt: row.expires_at,
  }
}
