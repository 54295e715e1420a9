import { randomBytes } from 'node:crypto'
import type { CalledFrom } from '../../http/requester.ts'
import { type Db, sql, transact } from '../database.ts'
import { hashSecret, matchesHash } from '../hash.ts'
import { MAX_USER_AGENT, trim } from './bounds.ts'
import {
  keptOf,
  OF_BACKUP,
  type RefreshStanding,
  type Rotated,
  reliably,
  standingOf,
} from './rotation.ts'
import { sealSuccessor, unsealSuccessor } from './sealed_successor.ts'

/** One OAuth session as the account keeps it. `clientAuth` and `parameters` are JSON. */
export type Session = {
  id: string
  /** The id of its first access token. The provider knows the session by it, and tokens name it as `sid`. */
  tokenId: string
  createdAt: number
  updatedAt: number
  expiresAt: number
  clientId: string
  clientAuth: string
  deviceId: string | null
  parameters: string
  scope: string | null
  /** From where it was last used; null where it was not used since that is kept. */
  from: CalledFrom | null
}

export type NewSession = Omit<Session, 'id' | 'from'> & {
  code: string | null
  refreshToken: string | null
  /** As those of a {@link Rotation}, of the request that exchanged the code. */
  provenAt?: number | null
  receivedAt?: number | null
  from?: CalledFrom | null
}

/** A request that shows a refresh token. */
export type ShownRefreshToken = {
  presentedRefreshToken: string
  /** When its client made the DPoP proof of the request, seconds by the client's clock (`iat`). */
  provenAt: number | null
  /** When the gateway received it, ms; by default it is now. */
  receivedAt?: number | null
  /** {@link ShownAt} */
  inVainSince?: number | null
}

export type Rotation = ShownRefreshToken & {
  sessionId: string
  refreshToken: string
  updatedAt: number
  expiresAt: number
  clientAuth: string
  scope: string
  from?: CalledFrom | null
}

type Stored = {
  id: string
  token_id: string
  created_at: number
  updated_at: number
  expires_at: number
  client_id: string
  client_auth: string
  device_id: string | null
  parameters: string
  scope: string | null
  address: string | null
  user_agent: string | null
  refresh_hash: Buffer | null
  previous_refresh_hash: Buffer | null
  sealed_successor: Buffer | null
  rotated_at: number | null
  proven_at: number | null
  received_at: number | null
}

/**
 * Creates the session of an authorization code, unless the code was presented again meanwhile
 * (RFC 6749 section 4.1.2: a code used twice revokes what it gave).
 *
 * @returns the session id, or null when the code is not good any more
 */
export function createSession(db: Db, session: NewSession): string | null {
  const id = randomBytes(12).toString('base64url')
  return transact(db, () => {
    const replayed = sql(db, 'SELECT 1 FROM replayed_code WHERE code_hash = ?').get(
      hashed(session.code),
    )
    if (replayed) return null
    insertSession(db, { ...session, id })
    trim(db, 'session', session.updatedAt)
    return id
  })
}

/** To be called in a transaction. */
export function insertSession(
  db: Db,
  {
    code,
    refreshToken,
    provenAt = null,
    receivedAt: received,
    from,
    ...session
  }: NewSession & { id: string },
): void {
  const receivedAt = received ?? session.createdAt
  sql(
    db,
    `INSERT INTO session (id, token_id, created_at, updated_at, expires_at, client_id,
       client_auth, device_id, parameters, scope, code_hash, refresh_hash, proven_at, received_at,
       address, user_agent)
     VALUES (@id, @tokenId, @createdAt, @updatedAt, @expiresAt, @clientId, @clientAuth,
       @deviceId, @parameters, @scope, @codeHash, @refreshHash, @provenAt, @receivedAt,
       @address, @userAgent)`,
  ).run({
    ...session,
    ...columnsOf(from),
    codeHash: hashed(code),
    refreshHash: hashed(refreshToken),
    provenAt: reliably(null, { provenAt, receivedAt }),
    receivedAt,
  })
}

/** As the columns `address` and `user_agent` keep it. */
export function columnsOf(from: CalledFrom | null | undefined) {
  const userAgent = from?.userAgent?.slice(0, MAX_USER_AGENT) ?? null
  return { address: from?.address ?? null, userAgent }
}

/** What they say; null where they keep nothing. */
export function fromColumns(row: {
  address: string | null
  user_agent: string | null
}): CalledFrom | null {
  return row.address === null ? null : { address: row.address, userAgent: row.user_agent }
}

const hashed = (secret: string | null) => (secret === null ? null : hashSecret(secret))

export function findSessionByTokenId(db: Db, tokenId: string): Session | null {
  return toSession(sql(db, 'SELECT * FROM session WHERE token_id = ?').get(tokenId))
}

/**
 * The session that came from `code`. When there is none yet, the code is marked as replayed in
 * the same transaction, so that an exchange still under way cannot create it afterwards.
 */
export function findSessionByCode(db: Db, code: string): Session | null {
  const codeHash = hashSecret(code)
  return transact(db, () => {
    const session = toSession(sql(db, 'SELECT * FROM session WHERE code_hash = ?').get(codeHash))
    if (!session) {
      sql(db, 'INSERT OR IGNORE INTO replayed_code (code_hash, replayed_at) VALUES (?, ?)').run(
        codeHash,
        Date.now(),
      )
      trim(db, 'replayed_code')
    }
    return session
  })
}

/** The session that a refresh token names, and how the token stands (see {@link rotateSession}). */
export function findSessionByRefreshToken(
  db: Db,
  sessionId: string,
  shown: ShownRefreshToken,
  now = Date.now(),
): { session: Session; standing: RefreshStanding } | null {
  const row = sql(db, 'SELECT * FROM session WHERE id = ?').get(sessionId) as Stored | undefined
  const session = toSession(row)
  if (!row || !session) return null
  return { session, standing: standingIn(row, shown, now) }
}

/**
 * Refresh token rotation (RFC 9700 section 4.14.2), in one transaction.
 *
 * Only the current refresh token makes a new one. The one before it may be presented again for a
 * minute as long as its successor was not used, since an answer can be lost on its way
 * ({@link standingOf}): it gets the same successor once more, so two requests at once, or a retry, never
 * make two chains. The successor is kept for that minute sealed with the token it succeeds; the
 * database alone cannot open it. When the successor is used, the chain moves on and the retry ends.
 *
 * @returns the refresh token to answer with, or why there is none; `ended` where the session is not there
 */
export function rotateSession(
  db: Db,
  { from, ...rotation }: Rotation,
): { refreshToken: string } | { refused: 'ended' | 'late' | 'reused' | 'lost' } {
  const columns = { ...rotation, ...columnsOf(from) }
  const receivedAt = rotation.receivedAt ?? rotation.updatedAt
  const presented = rotation.presentedRefreshToken
  return transact(db, () => {
    const row = sql(db, 'SELECT * FROM session WHERE id = ?').get(rotation.sessionId) as
      | Stored
      | undefined
    if (!row) return { refused: 'ended' }
    const standing = standingIn(row, { ...rotation, receivedAt }, rotation.updatedAt)
    if (standing === 'current') {
      sql(
        db,
        `UPDATE session SET refresh_hash = @refreshHash, previous_refresh_hash = refresh_hash,
           sealed_successor = @sealed, rotated_at = @updatedAt, updated_at = @updatedAt,
           expires_at = @expiresAt, client_auth = @clientAuth, scope = @scope,
           proven_at = @provenAt, received_at = @receivedAt, address = @address, user_agent = @userAgent
         WHERE id = @sessionId`,
      ).run({
        ...columns,
        provenAt: reliably(keptOf(row), { provenAt: rotation.provenAt, receivedAt }),
        receivedAt,
        refreshHash: hashSecret(rotation.refreshToken),
        sealed: sealSuccessor(rotation.refreshToken, presented),
      })
      return { refreshToken: rotation.refreshToken }
    }
    if (standing !== 'retry') return { refused: standing }
    sql(
      db,
      `UPDATE session SET updated_at = @updatedAt, expires_at = @expiresAt,
         client_auth = @clientAuth, scope = @scope, address = @address, user_agent = @userAgent
       WHERE id = @sessionId`,
    ).run(columns)
    return { refreshToken: unsealSuccessor(row.sealed_successor as Buffer, presented) }
  })
}

/** @returns the client's id, where there was one */
export function deleteSessionByTokenId(db: Db, tokenId: string): string | null {
  const text = 'DELETE FROM session WHERE token_id = ? RETURNING client_id'
  return (sql(db, text).pluck().get(tokenId) as string | undefined) ?? null
}

export function deleteSession(db: Db, id: string): boolean {
  return sql(db, 'DELETE FROM session WHERE id = ?').run(id).changes > 0
}

export function deleteAllSessions(db: Db): number {
  return sql(db, 'DELETE FROM session').run().changes
}

/** To be called where a backup is restored. */
export function markSessionsOfBackup(db: Db): void {
  sql(db, `UPDATE session SET received_at = ${OF_BACKUP}`).run()
}

export function listSessions(db: Db): Session[] {
  return sql(db, 'SELECT * FROM session ORDER BY created_at')
    .all()
    .map((row) => toSession(row) as Session)
}

function standingIn(
  row: Stored,
  { presentedRefreshToken, provenAt, receivedAt, inVainSince = null }: ShownRefreshToken,
  now: number,
): RefreshStanding {
  const rotated = {
    place: placeOf(row, presentedRefreshToken),
    rotatedAt: row.rotated_at,
    sealedSuccessor: row.sealed_successor,
    current: keptOf(row),
  }
  return standingOf(rotated, { provenAt, receivedAt: receivedAt ?? now, inVainSince }, now)
}

function placeOf(row: Stored, refreshToken: string): Rotated['place'] {
  if (matchesHash(refreshToken, row.refresh_hash)) return 'current'
  return matchesHash(refreshToken, row.previous_refresh_hash) ? 'last' : 'older'
}

function toSession(found: unknown): Session | null {
  const row = found as Stored | undefined
  if (!row) return null
  return {
    id: row.id,
    tokenId: row.token_id,
    createdAt: row.created_at,
    updatedAt: row.updated_at,
    expiresAt: row.expires_at,
    clientId: row.client_id,
    clientAuth: row.client_auth,
    deviceId: row.device_id,
    parameters: row.parameters,
    scope: row.scope,
    from: fromColumns(row),
  }
}
