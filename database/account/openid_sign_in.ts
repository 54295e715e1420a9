import { OPENID_LOGOUT, OPENID_LOGOUT_PAUSES } from '../../base/lifetimes.ts'
import { settled } from '../../base/time/settled_clock.ts'
import { type Db, sql } from '../database.ts'
import { trim } from './bounds.ts'

/** A sign-in as an OpenID client knows it: by a `sid` that is in its id token. */
export type OpenidSignIn = { clientId: string; sid: string; grantId: string }

/** One that has ended, and whose client is still to be told. */
export type EndedOpenidSignIn = {
  id: number
  clientId: string
  sid: string
  /** How often it was tried in vain. */
  tries: number
}

/**
 * A client has one sign-in in a session: when nothing is left of it, the next one takes its place. Two tabs that come
 * back at once may begin one each, and the client is told of both. To be called in a transaction.
 *
 * @param sessionUid of the session of the browser
 */
export function upsertOpenidSignIns(
  db: Db,
  sessionUid: string,
  signIns: readonly OpenidSignIn[],
  now: number,
): void {
  for (const signIn of signIns) {
    sql(
      db,
      `DELETE FROM openid_sign_in WHERE client_id = @clientId AND session_uid = @sessionUid
         AND sid <> @sid AND ended_at IS NULL AND grant_id NOT IN (SELECT id FROM openid_grant)`,
    ).run({ clientId: signIn.clientId, sid: signIn.sid, sessionUid })
    sql(
      db,
      `INSERT INTO openid_sign_in (client_id, sid, session_uid, grant_id, updated_at)
       VALUES (@clientId, @sid, @sessionUid, @grantId, @now)
       ON CONFLICT (client_id, sid) WHERE ended_at IS NULL
       DO UPDATE SET session_uid = @sessionUid, grant_id = @grantId, updated_at = @now`,
    ).run({ ...signIn, sessionUid, now })
  }
  if (signIns.length > 0) trim(db, 'openid_sign_in', now)
}

export function endAllOpenidSignIns(db: Db, now: number): void {
  end(db, 'true', [], now)
}

/** Those of one browser session. */
export function endOpenidSignInsOfSession(db: Db, uid: string, now: number): void {
  end(db, 'session_uid = ?', [uid], now)
}

export function endOpenidSignInsOfGrant(db: Db, grantId: string, now: number): void {
  end(db, 'grant_id = ?', [grantId], now)
}

export function endOpenidSignIn(db: Db, clientId: string, sid: string, now: number): void {
  end(db, 'client_id = ? AND sid = ?', [clientId, sid], now)
}

/** From the next look on the client is told. */
function end(db: Db, where: string, of: readonly string[], now: number): void {
  sql(
    db,
    `UPDATE openid_sign_in SET ended_at = ?, due_at = ? WHERE ended_at IS NULL AND ${where}`,
  ).run(now, now, ...of)
}

const LONGEST_PAUSE = Math.max(...OPENID_LOGOUT_PAUSES)

/**
 * Those that are due, also what was put off further than is ever done, by a clock that was ahead then; what could not be
 * told for a day is forgotten. To be called in a transaction.
 */
export function listEndedOpenidSignIns(db: Db, now: number, limit: number): EndedOpenidSignIn[] {
  sql(db, `UPDATE openid_sign_in SET due_at = @now WHERE due_at > @now + ${LONGEST_PAUSE}`).run({
    now,
  })
  sql(db, 'DELETE FROM openid_sign_in WHERE ended_at < ?').run(settled(now) - OPENID_LOGOUT)
  return sql(
    db,
    `SELECT id, client_id AS clientId, sid, tries FROM openid_sign_in
     WHERE due_at <= ? ORDER BY due_at, id LIMIT ?`,
  ).all(now, limit) as EndedOpenidSignIn[]
}

export function deleteOpenidSignIn(db: Db, id: number): void {
  sql(db, 'DELETE FROM openid_sign_in WHERE id = ?').run(id)
}

/** Once for each time that it was due, also where several auth actors told its client at once. */
export function postponeOpenidSignIn(db: Db, id: number, dueAt: number, now: number): void {
  const text = `UPDATE openid_sign_in SET tries = tries + 1, due_at = @dueAt
    WHERE id = @id AND due_at <= @now`
  sql(db, text).run({ id, dueAt, now })
}

/** When the next one is due, ms; null where there is none. */
export function nextEndedOpenidSignIn(db: Db): number | null {
  return sql(db, 'SELECT min(due_at) FROM openid_sign_in').pluck().get() as number | null
}
