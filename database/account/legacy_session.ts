import { LEGACY_REFRESH_GRACE } from '../../base/lifetimes.ts'
import type { CalledFrom } from '../../http/requester.ts'
import { type Db, sql } from '../database.ts'
import { hashSecret } from '../hash.ts'
import { noteAppPasswordUse } from './app_password.ts'
import { trim } from './bounds.ts'
import { columnsOf, fromColumns } from './session.ts'

/** A session of `com.atproto.server.createSession`, found by the `jti` of its refresh JWT. */
type LegacySession = {
  /** Stays the same from refresh to refresh; its access JWTs name it. */
  id: string
  appPassword: { name: string; privileged: boolean } | null
}

/** `jti` is that of the successor. */
export type RotatedLegacySession = LegacySession & { jti: string }

export type NewLegacySession = {
  id: string
  /** Of the refresh JWT. */
  jti: string
  /** Of its successor, where it was rotated already. */
  nextJti?: string | null
  /** ms since the epoch */
  expiresAt: number
  appPasswordName: string | null
  /** When the session was opened, and when this refresh JWT was given (ms); null where that is not known. */
  createdAt?: number | null
  updatedAt?: number | null
  from?: CalledFrom | null
}

/** A session as its person sees it. Times are milliseconds since the epoch. */
export type OpenLegacySession = {
  id: string
  expiresAt: number
  appPasswordName: string | null
  createdAt: number | null
  updatedAt: number | null
  from: CalledFrom | null
}

type Stored = {
  session_id: string
  expires_at: number
  next_jti: string | null
  app_password_name: string | null
  privileged: number | null
  created_at: number | null
}

/** To be called in a transaction. */
export function insertLegacySession(db: Db, session: NewLegacySession, now = Date.now()): void {
  putLegacySession(db, session)
  if (session.appPasswordName !== null) noteAppPasswordUse(db, session.appPasswordName, now)
  trim(db, 'legacy_session', now)
}

/** The same where the bound is looked after by the caller. */
export function putLegacySession(
  db: Db,
  { jti, nextJti = null, createdAt = null, updatedAt = null, from, ...session }: NewLegacySession,
): void {
  sql(
    db,
    `INSERT OR IGNORE INTO legacy_session
       (refresh_hash, session_id, expires_at, next_jti, app_password_name, created_at, updated_at,
        address, user_agent)
     VALUES (@hash, @id, @expiresAt, @nextJti, @appPasswordName, @createdAt, @updatedAt,
        @address, @userAgent)`,
  ).run({ ...session, ...columnsOf(from), nextJti, createdAt, updatedAt, hash: hashSecret(jti) })
}

/** Whether the session that an access JWT names is still there. */
export function isLegacySessionOpen(db: Db, id: string, now: number): boolean {
  const row = sql(db, 'SELECT 1 FROM legacy_session WHERE session_id = ? AND expires_at > ?')
  return row.get(id, now) !== undefined
}

/**
 * Rotates a refresh JWT as the reference does: the old one answers for
 * {@link LEGACY_REFRESH_GRACE} more, always with the same successor. To be called in a transaction.
 *
 * @param next the successor to use when there is none yet
 * @returns null when the presented one is unknown or expired
 */
export function rotateLegacySession(
  db: Db,
  presentedJti: string,
  next: Pick<NewLegacySession, 'jti' | 'expiresAt' | 'from'>,
  now: number,
): RotatedLegacySession | null {
  const hash = hashSecret(presentedJti)
  // SQLite compiles an outer join anew each time, where one of its keys is a parameter.
  const row = sql(
    db,
    `SELECT session_id, expires_at, next_jti, app_password_name, created_at,
       (SELECT privileged FROM app_password WHERE name = app_password_name) AS privileged
     FROM legacy_session WHERE refresh_hash = ? AND expires_at > ?`,
  ).get(hash, now) as Stored | undefined
  if (!row) return null
  const jti = row.next_jti ?? next.jti
  sql(db, 'UPDATE legacy_session SET expires_at = ?, next_jti = ? WHERE refresh_hash = ?').run(
    Math.min(row.expires_at, now + LEGACY_REFRESH_GRACE),
    jti,
    hash,
  )
  const appPasswordName = row.app_password_name
  const successor = { ...next, id: row.session_id, jti, appPasswordName, updatedAt: now }
  insertLegacySession(db, { ...successor, createdAt: row.created_at }, now)
  return {
    id: row.session_id,
    jti,
    appPassword:
      appPasswordName === null ? null : { name: appPasswordName, privileged: row.privileged === 1 },
  }
}

/** Live ones, the newest first. Those whose refresh token was succeeded are left out. */
export function listLegacySessions(db: Db, now: number): OpenLegacySession[] {
  const rows = sql(
    db,
    `SELECT session_id, expires_at, app_password_name, created_at, updated_at, address, user_agent
     FROM legacy_session WHERE expires_at > ? AND next_jti IS NULL ORDER BY expires_at DESC`,
  ).all(now) as (Stored & Parameters<typeof fromColumns>[0] & { updated_at: number | null })[]
  return rows.map((row) => ({
    id: row.session_id,
    expiresAt: row.expires_at,
    appPasswordName: row.app_password_name,
    createdAt: row.created_at,
    updatedAt: row.updated_at,
    from: fromColumns(row),
  }))
}

/** Ends a session, with every refresh JWT of it. @returns whether there was one */
export function deleteLegacySessionById(db: Db, id: string): boolean {
  return sql(db, 'DELETE FROM legacy_session WHERE session_id = ?').run(id).changes > 0
}

/**
 * Ends a session, with all tokens before: any of them would bring it back.
 *
 * @param jti of one of its refresh JWTs
 * @param id of the session, where that JWT names it: one that was rotated long ago is forgotten here
 * @returns whether there was one
 */
export function deleteLegacySession(db: Db, jti: string, id: string | null = null): boolean {
  return (
    sql(
      db,
      `DELETE FROM legacy_session WHERE session_id = @id OR session_id IN
         (SELECT session_id FROM legacy_session WHERE refresh_hash = @hash OR next_jti = @jti)`,
    ).run({ id, hash: hashSecret(jti), jti }).changes > 0
  )
}

export function deleteAllLegacySessions(db: Db): void {
  sql(db, 'DELETE FROM legacy_session').run()
}
