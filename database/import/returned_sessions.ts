import { type Db, sql } from '../database.ts'
import type { Device } from '../flow/device.ts'
import { hashSecret } from '../hash.ts'
import { hasTable } from '../lazy_tables.ts'
import { iso } from './pds_rows.ts'

/** What an account holds here that a PDS can go on with. Times are milliseconds. */
export type ReturnedSessions = {
  /**
   * OAuth sessions that have not been refreshed here: the hash of the refresh token, in hex, by the id that the PDS
   * knows the session by.
   */
  oauth: ReadonlyMap<string, string>
  /** The successor of a refresh JWT, or null, by the hash of its id in hex. */
  legacy: ReadonlyMap<string, string | null>
  /** On which the account is signed in; `id` is that of the device. */
  browsers: { id: string; createdAt: number; updatedAt: number }[]
  consents: { clientId: string; data: string; createdAt: number; updatedAt: number }[]
}

/** Reads it from the database of an account here. */
export function readReturnedSessions(db: Db): ReturnedSessions {
  const all = (text: string) => sql(db, text).all()
  const pairs = <V>(text: string) => new Map(sql(db, text).raw().all() as [string, V][])
  return {
    oauth: pairs<string>(
      `SELECT token_id, hex(refresh_hash) FROM session
       WHERE rotated_at IS NULL AND refresh_hash IS NOT NULL`,
    ),
    legacy: pairs<string | null>('SELECT hex(refresh_hash), next_jti FROM legacy_session'),
    browsers: all(
      'SELECT device_id AS id, created_at AS createdAt, updated_at AS updatedAt FROM device_account',
    ) as ReturnedSessions['browsers'],
    consents: all(
      `SELECT client_id AS clientId, data, created_at AS createdAt, updated_at AS updatedAt
       FROM authorized_client`,
    ) as ReturnedSessions['consents'],
  }
}

/** The sessions of a PDS that go on there: by the ids of its tables. */
export type Kept = { tokens: string[]; jwts: string[] }

/**
 * Of the sessions that a PDS had when it was adopted, those that were neither used nor ended since: the
 * others would be good twice, or again. What was opened here cannot go on: the PDS has another key, and
 * here only hashes are kept.
 */
export function keptSessions(pds: Db, did: string, { oauth, legacy }: ReturnedSessions): Kept {
  const jwts = new Map(
    pds.prepare('SELECT id, nextId FROM refresh_token WHERE did = ?').raw().all(did) as [
      string,
      string | null,
    ][],
  )
  /** As the PDS left it, together with all that came after it. */
  const isUntouched = (jti: string): boolean => {
    const next = jwts.get(jti)
    if (next === undefined || legacy.get(hashed(jti)) !== next) return false
    return next === null || isUntouched(next)
  }
  const tokens = hasTable(pds, 'token')
    ? (pds
        .prepare('SELECT tokenId, currentRefreshToken FROM token WHERE did = ?')
        .raw()
        .all(did) as [string, string | null][])
    : []
  return {
    jwts: [...jwts.keys()].filter(isUntouched),
    tokens: tokens.flatMap(([id, token]) =>
      token !== null && oauth.get(id) === hashed(token) ? id : [],
    ),
  }
}

/**
 * Ends what must not go on at the PDS, and gives back browsers and consents as they are here. To be called
 * in a transaction, when the PDS has the account.
 *
 * @param browserOf finds one that is known here, by the id of its device
 */
export function returnSessions(
  pds: Db,
  did: string,
  held: ReturnedSessions,
  browserOf: (id: string) => Device | null,
): void {
  const { tokens, jwts } = keptSessions(pds, did, held)
  drop(pds, 'refresh_token', 'id', did, jwts)
  pds.prepare('DELETE FROM email_token WHERE did = ?').run(did)
  if (!hasTable(pds, 'token')) return
  drop(pds, 'token', 'tokenId', did, tokens)
  pds.prepare('DELETE FROM authorization_request WHERE did = ?').run(did)
  if (!hasTable(pds, 'account_device')) return
  pds.prepare('DELETE FROM account_device WHERE did = ?').run(did)
  for (const { id, createdAt, updatedAt } of held.browsers) {
    const browser = browserOf(id)
    if (!browser) continue
    putDevice(pds, id, browser)
    pds
      .prepare(
        'INSERT INTO account_device (did, deviceId, createdAt, updatedAt) VALUES (?, ?, ?, ?)',
      )
      .run(did, id, iso(createdAt), iso(updatedAt))
  }
  if (!hasTable(pds, 'authorized_client')) return
  pds.prepare('DELETE FROM authorized_client WHERE did = ?').run(did)
  const insert = pds.prepare(
    `INSERT INTO authorized_client (did, clientId, data, createdAt, updatedAt)
     VALUES (?, ?, ?, ?, ?)`,
  )
  for (const { clientId, data, createdAt, updatedAt } of held.consents) {
    insert.run(did, clientId, data, iso(createdAt), iso(updatedAt))
  }
}

function drop(pds: Db, table: string, key: string, did: string, kept: string[]): void {
  pds
    .prepare(
      `DELETE FROM ${table} WHERE did = ? AND ${key} NOT IN (SELECT value FROM json_each(?))`,
    )
    .run(did, JSON.stringify(kept))
}

function putDevice(pds: Db, id: string, { lastSeenAt, ...device }: Device): void {
  const { sessionId, userAgent, ipAddress } = device
  pds
    .prepare(
      `INSERT INTO device (id, sessionId, userAgent, ipAddress, lastSeenAt)
       VALUES (@id, @sessionId, @userAgent, @ipAddress, @lastSeenAt)
       ON CONFLICT (id) DO UPDATE SET sessionId = @sessionId, userAgent = @userAgent,
         ipAddress = @ipAddress, lastSeenAt = @lastSeenAt`,
    )
    .run({ id, sessionId, userAgent, ipAddress, lastSeenAt: iso(lastSeenAt) })
}

const hashed = (secret: string) => hashSecret(secret).toString('hex').toUpperCase()
