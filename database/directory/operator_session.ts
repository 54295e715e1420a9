import {
  OPERATOR_IDLE,
  OPERATOR_LINK,
  OPERATOR_SESSION,
  OPERATOR_USED,
} from '../../base/lifetimes.ts'
import { type Db, sql } from '../database.ts'
import { hashSecret } from '../hash.ts'

/** What somebody who is in on the operator's page rests on. */
export type OperatorGround = {
  /** Null where it is a link of the command line. */
  did: string | null
  /** The sign-in, as JSON. */
  basis: string | null
  /** When the person proved who they are, ms. */
  begunAt: number
}

/** A session of the operator's page. */
export type OperatorSession = OperatorGround & { isByLink: boolean }

/** Of one account, and of links together: the one that was used longest ago makes room. */
export const MAX_OPERATOR_SESSIONS = 10
/** The newest of them. */
export const MAX_OPERATOR_LINKS = 5

export function insertOperatorSession(
  db: Db,
  secret: string,
  session: OperatorSession,
  now: number,
): void {
  sql(
    db,
    `INSERT INTO operator_session (secret_hash, did, basis, begun_at, used_at, by_link)
     VALUES (@hash, @did, @basis, @begunAt, @now, @byLink)`,
  ).run({ hash: hashSecret(secret), ...session, now, byLink: Number(session.isByLink) })
  sql(
    db,
    `DELETE FROM operator_session WHERE did IS @did AND secret_hash NOT IN
       (SELECT secret_hash FROM operator_session WHERE did IS @did
        ORDER BY used_at DESC, rowid DESC LIMIT @most)`,
  ).run({ did: session.did, most: MAX_OPERATOR_SESSIONS })
}

/** The session of a secret; null where there is none, or none any more. Use keeps it open. */
export function useOperatorSession(db: Db, secret: string, now: number): OperatorSession | null {
  const hash = hashSecret(secret)
  const row = sql(
    db,
    `SELECT did, basis, begun_at AS begunAt, used_at AS usedAt, by_link AS byLink
     FROM operator_session WHERE secret_hash = ?`,
  ).get(hash) as (OperatorGround & { usedAt: number; byLink: number }) | undefined
  if (!row) return null
  const { usedAt, byLink, ...ground } = row
  const session = { ...ground, isByLink: byLink === 1 }
  if (now - usedAt > OPERATOR_IDLE || now - session.begunAt > OPERATOR_SESSION) {
    deleteOperatorSession(db, secret)
    return null
  }
  if (now - usedAt > OPERATOR_USED) {
    sql(db, 'UPDATE operator_session SET used_at = ? WHERE secret_hash = ?').run(now, hash)
  }
  return session
}

export function deleteOperatorSession(db: Db, secret: string): void {
  sql(db, 'DELETE FROM operator_session WHERE secret_hash = ?').run(hashSecret(secret))
}

/** @param printed the session of the page in which it was; null on the command line */
export function insertOperatorLink(
  db: Db,
  secret: string,
  printed: OperatorGround | null,
  now: number,
): void {
  const { did, basis, begunAt } = printed ?? { did: null, basis: null, begunAt: null }
  sql(
    db,
    `INSERT INTO operator_link (secret_hash, expires_at, did, basis, begun_at)
     VALUES (?, ?, ?, ?, ?)`,
  ).run(hashSecret(secret), now + OPERATOR_LINK, did, basis, begunAt)
  sql(
    db,
    `DELETE FROM operator_link WHERE expires_at <= @now OR secret_hash NOT IN
       (SELECT secret_hash FROM operator_link ORDER BY expires_at DESC, rowid DESC LIMIT @most)`,
  ).run({ now, most: MAX_OPERATOR_LINKS })
}

export function deleteAllOperatorSessions(db: Db): void {
  sql(db, 'DELETE FROM operator_session').run()
}

/** Of a copy: one that was used since then would be good once more. */
export function deleteAllOperatorLinks(db: Db): void {
  sql(db, 'DELETE FROM operator_link').run()
}

/**
 * Takes a link out of use.
 *
 * @returns what a session by it rests on: that in which it was printed, else the link; null where it is not good
 */
export function spendOperatorLink(db: Db, secret: string, now: number): OperatorGround | null {
  const spent = sql(
    db,
    `DELETE FROM operator_link WHERE secret_hash = ?
     RETURNING expires_at AS expiresAt, did, basis, begun_at AS begunAt`,
  ).get(hashSecret(secret)) as
    | { expiresAt: number; did: string | null; basis: string | null; begunAt: number | null }
    | undefined
  if (spent === undefined || now >= spent.expiresAt) return null
  const { did, basis, begunAt } = spent
  return { did, basis, begunAt: begunAt ?? now }
}
