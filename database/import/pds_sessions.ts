import { LEGACY_REFRESH_TOKEN } from '../../base/lifetimes.ts'
import { ACCOUNT_BOUNDS } from '../account/bounds.ts'
import type { CarriedSessions } from '../account/carried.ts'
import type { Db } from '../database.ts'
import type { Device } from '../flow/device.ts'
import { hashSecret } from '../hash.ts'
import { hasTable } from '../lazy_tables.ts'
import { time } from './pds_rows.ts'

/** Characters of the id of a session. */
const SESSION_ID = 16

/** The session that is made of an OAuth session of a PDS; as unguessable as the id of its token there. */
export function carriedSessionId(tokenId: string): string {
  return hashSecret(`carried ${tokenId}`).toString('base64url').slice(0, SESSION_ID)
}

/**
 * What is held of an account at a PDS. Of one that was taken down nothing is: there and here that ends
 * all of it.
 */
export function readPdsSessions(db: Db, did: string): CarriedSessions {
  const isTakenDown = db
    .prepare('SELECT 1 FROM actor WHERE did = ? AND takedownRef IS NOT NULL')
    .get(did)
  if (isTakenDown) return { oauth: [], legacy: [], devices: [], consents: [] }
  return {
    oauth: readOAuth(db, did),
    legacy: readLegacy(db, did, Date.now()),
    devices: readDevices(db, did),
    consents: readConsents(db, did),
  }
}

type StoredToken = {
  tokenId: string
  createdAt: string
  updatedAt: string
  expiresAt: string
  clientId: string
  clientAuth: string
  deviceId: string | null
  parameters: string
  code: string | null
  currentRefreshToken: string
  /** Older versions of the PDS have no such column. */
  scope?: string | null
}

/** Those without a refresh token end with their access token. */
function readOAuth(db: Db, did: string): CarriedSessions['oauth'] {
  if (!hasTable(db, 'token')) return []
  const rows = db
    .prepare(
      `SELECT * FROM token WHERE did = ? AND currentRefreshToken IS NOT NULL
       ORDER BY updatedAt DESC LIMIT ${ACCOUNT_BOUNDS.session.rows}`,
    )
    .all(did) as StoredToken[]
  return rows.map(({ currentRefreshToken, scope = null, ...row }) => ({
    id: carriedSessionId(row.tokenId),
    tokenId: row.tokenId,
    createdAt: time(row.createdAt) ?? 0,
    updatedAt: time(row.updatedAt) ?? 0,
    expiresAt: time(row.expiresAt) ?? 0,
    clientId: row.clientId,
    clientAuth: row.clientAuth,
    deviceId: row.deviceId,
    parameters: row.parameters,
    scope,
    code: row.code,
    refreshToken: currentRefreshToken,
  }))
}

type StoredJwt = {
  id: string
  expiresAt: string
  nextId: string | null
  appPasswordName: string | null
  appPasswordCreatedAt: string | null
}

/**
 * A session is here by the newest of its JWTs. One whose newest is gone was signed out, though the PDS
 * would still take the one before it; and one by an app password that is gone, or that is not the one
 * of this name any more, ended with it.
 */
function readLegacy(db: Db, did: string, now: number): CarriedSessions['legacy'] {
  const rows = db
    .prepare(
      `SELECT refresh_token.*, app_password.createdAt AS appPasswordCreatedAt FROM refresh_token
       LEFT JOIN app_password ON app_password.did = refresh_token.did
         AND app_password.name = refresh_token.appPasswordName
       WHERE refresh_token.did = ? AND expiresAt > ?
       ORDER BY expiresAt DESC LIMIT ${ACCOUNT_BOUNDS.legacy_session.rows}`,
    )
    .all(did, new Date(now).toISOString()) as StoredJwt[]
  const before = Map.groupBy(rows, ({ nextId }) => nextId)
  const sessions = rows.filter((row) => row.nextId === null && isByLivingPassword(row))
  return sessions.flatMap((newest) => {
    const id = carriedSessionId(newest.id)
    const chain = [newest]
    for (const row of chain) chain.push(...(before.get(row.id) ?? []))
    return chain.map(({ id: jti, nextId: nextJti, expiresAt, appPasswordName }) => ({
      ...{ id, jti, nextJti, appPasswordName },
      expiresAt: time(expiresAt) ?? 0,
    }))
  })
}

function isByLivingPassword(newest: StoredJwt): boolean {
  if (newest.appPasswordName === null) return true
  const madeAt = time(newest.appPasswordCreatedAt)
  const issuedAt = (time(newest.expiresAt) ?? 0) - LEGACY_REFRESH_TOKEN
  // A JWT counts whole seconds.
  return madeAt !== null && issuedAt + 1_000 > madeAt
}

function readDevices(db: Db, did: string): CarriedSessions['devices'] {
  if (!hasTable(db, 'account_device')) return []
  const rows = db
    .prepare(
      `SELECT deviceId, updatedAt FROM account_device WHERE did = ?
       ORDER BY updatedAt DESC LIMIT ${ACCOUNT_BOUNDS.device_account.rows}`,
    )
    .all(did) as { deviceId: string; updatedAt: string }[]
  return rows.map((row) => ({ ...row, updatedAt: time(row.updatedAt) ?? 0 }))
}

function readConsents(db: Db, did: string): CarriedSessions['consents'] {
  if (!hasTable(db, 'authorized_client')) return []
  const rows = db
    .prepare(
      `SELECT clientId, data, updatedAt FROM authorized_client WHERE did = ?
       ORDER BY updatedAt DESC LIMIT ${ACCOUNT_BOUNDS.authorized_client.rows}`,
    )
    .all(did) as { clientId: string; data: string; updatedAt: string }[]
  return rows.map((row) => ({ ...row, updatedAt: time(row.updatedAt) ?? 0 }))
}

/** A refresh token or a code of an OAuth session, and whose it is. */
export type HeldToken = { token: string; did: string; sessionId: string }

/** Of accounts that are carried over. */
const OF_ACCOUNTS = `IN (SELECT did FROM actor JOIN account USING (did) WHERE takedownRef IS NULL)`

/** Of each session, refresh tokens that were used: the newest ones. */
const USED_TOKENS = 100

/** The refresh tokens of OAuth sessions, also the last ones that were used. */
export function* listPdsRefreshTokens(db: Db): Generator<HeldToken> {
  if (!hasTable(db, 'token')) return
  const used = db
    .prepare(
      `SELECT refreshToken FROM used_refresh_token WHERE tokenId = ?
       ORDER BY rowid DESC LIMIT ${USED_TOKENS}`,
    )
    .pluck()
  const rows = db
    .prepare(
      `SELECT id, tokenId, did, currentRefreshToken FROM token
       WHERE currentRefreshToken IS NOT NULL AND did ${OF_ACCOUNTS}`,
    )
    .all() as { id: number; tokenId: string; did: string; currentRefreshToken: string }[]
  for (const { id, tokenId, did, currentRefreshToken } of rows) {
    const sessionId = carriedSessionId(tokenId)
    for (const token of [currentRefreshToken, ...(used.all(id) as string[])]) {
      yield { token, did, sessionId }
    }
  }
}

/** The codes that OAuth sessions came from, and when they were exchanged (ms). */
export function listPdsSpentCodes(db: Db): { code: string; did: string; at: number }[] {
  if (!hasTable(db, 'token')) return []
  const rows = db
    .prepare(
      `SELECT code, did, createdAt FROM token
       WHERE currentRefreshToken IS NOT NULL AND code IS NOT NULL AND did ${OF_ACCOUNTS}`,
    )
    .all() as { code: string; did: string; createdAt: string }[]
  return rows.map(({ createdAt, ...row }) => ({ ...row, at: time(createdAt) ?? 0 }))
}

/** When the last refresh JWT of `createSession` expires, ms; null where there is none. */
export function lastPdsRefreshJwt(db: Db): number | null {
  const last = db
    .prepare(`SELECT max(expiresAt) FROM refresh_token WHERE did ${OF_ACCOUNTS}`)
    .pluck()
    .get()
  return time(last as string | null)
}

/** A browser, and the accounts that are signed in on it. */
export type HeldDevice = Device & { id: string; dids: string[] }

/** Browsers on which somebody is signed in. */
export function listPdsDevices(db: Db): HeldDevice[] {
  if (!hasTable(db, 'account_device')) return []
  const dids = db
    .prepare(`SELECT did FROM account_device WHERE deviceId = ? AND did ${OF_ACCOUNTS}`)
    .pluck()
  const rows = db.prepare('SELECT * FROM device').all() as {
    id: string
    sessionId: string
    userAgent: string | null
    ipAddress: string
    lastSeenAt: string
  }[]
  return rows
    .map(({ lastSeenAt, ...row }) => ({
      ...row,
      lastSeenAt: time(lastSeenAt) ?? 0,
      dids: dids.all(row.id) as string[],
    }))
    .filter((device) => device.dids.length > 0)
}
