import { SPENT_CODE_MEMORY } from '../../base/lifetimes.ts'
import { makeRoom } from '../bounded_table.ts'
import { type Db, sql, transact } from '../database.ts'
import { durable, spare } from '../durable.ts'
import { commitGroup, joining } from '../group_commit.ts'
import { hashSecret } from '../hash.ts'
import { OPEN_REQUESTS, PUSHED_REQUESTS, SPENT_CODES } from './bounds.ts'

/** `clientAuth` and `parameters` are JSON; times are milliseconds since the epoch. */
export type AuthorizationRequest = {
  id: string
  clientId: string
  clientAuth: string | null
  parameters: string
  expiresAt: number
  deviceId: string | null
  did: string | null
  /** The account's when the person consented; null before that. */
  generation: number | null
}

/** A pushed request, or one that was granted: then with its code. */
export type NewAuthorizationRequest = Omit<AuthorizationRequest, 'generation'> &
  Partial<Pick<AuthorizationRequest, 'generation'>> & { code?: string }

export type AuthorizationRequestChange = Partial<
  Pick<AuthorizationRequest, 'parameters' | 'expiresAt' | 'deviceId' | 'did'>
>

const columns = `id, client_id AS clientId, client_auth AS clientAuth, parameters,
  expires_at AS expiresAt, device_id AS deviceId, did, generation`

export function insertRequest(db: Db, { code, ...request }: NewAuthorizationRequest): void {
  if (!code) makeRoomFor(db, request)
  joining(
    db,
    `INSERT INTO authorization_request
       (id, client_id, client_auth, parameters, expires_at, device_id, did, code_hash, generation)
     VALUES (@id, @clientId, @clientAuth, @parameters, @expiresAt, @deviceId, @did, @codeHash,
       @generation)`,
  ).run({ generation: null, ...request, codeHash: code ? hashSecret(code) : null })
  // One that was only pushed grants nothing: the client would push it again.
  if (!code) spare(db, 1)
}

type Kept = Pick<AuthorizationRequest, 'clientId' | 'parameters' | 'deviceId'>

function makeRoomFor(db: Db, { clientId, parameters, deviceId }: Kept): void {
  const bounded = deviceId === null ? PUSHED_REQUESTS : OPEN_REQUESTS
  makeRoom(db, bounded, 300 + clientId.length + parameters.length)
}

export function readRequest(db: Db, id: string): AuthorizationRequest | null {
  const row = sql(db, `SELECT ${columns} FROM authorization_request WHERE id = ?`).get(id)
  return (row as AuthorizationRequest | undefined) ?? null
}

/** Not one that was granted: what a person consented to stays. */
export function updateRequest(db: Db, id: string, change: AuthorizationRequestChange): void {
  const { deviceId = null } = change
  const before = deviceId === null ? null : readRequest(db, id)
  if (before?.deviceId === null) makeRoomFor(db, { ...before, deviceId })
  joining(
    db,
    `UPDATE authorization_request SET
       parameters = coalesce(@parameters, parameters),
       expires_at = coalesce(@expiresAt, expires_at),
       device_id = coalesce(@deviceId, device_id),
       did = coalesce(@did, did)
     WHERE id = @id AND code_hash IS NULL`,
  ).run({ parameters: null, expiresAt: null, deviceId: null, did: null, ...change, id })
}

/**
 * Takes a request that is to be granted out of the database, in one statement, so that it is
 * granted once. It goes on with its code, wherever that belongs.
 *
 * @returns null where it is not there, or was granted
 */
export function takeRequest(db: Db, id: string): AuthorizationRequest | null {
  const row = joining(
    db,
    `DELETE FROM authorization_request WHERE id = ? AND code_hash IS NULL RETURNING ${columns}`,
  ).get(id)
  return (row as AuthorizationRequest | undefined) ?? null
}

export function deleteRequest(db: Db, id: string): void {
  joining(db, 'DELETE FROM authorization_request WHERE id = ?').run(id)
}

/** All of a client, granted ones with their codes. */
export function deleteRequestsOf(db: Db, clientId: string): void {
  joining(db, 'DELETE FROM authorization_request WHERE client_id = ?').run(clientId)
}

/**
 * Takes a request out of the database that was granted, and with it its code, as long as that was not exchanged.
 *
 * @param granted by whom, and in which browser
 */
export function takeGranted(
  db: Db,
  id: string,
  granted: { did: string; deviceId: string },
): AuthorizationRequest | null {
  const row = joining(
    db,
    `DELETE FROM authorization_request
     WHERE id = @id AND code_hash IS NOT NULL AND did = @did AND device_id = @deviceId
     RETURNING ${columns}`,
  ).get({ ...granted, id })
  return (row as AuthorizationRequest | undefined) ?? null
}

/**
 * Takes the request of an authorization code out of the database. Of two exchanges at once only
 * one finds it; the code is remembered as spent in the same transaction.
 */
export async function consumeRequestByCode(
  db: Db,
  code: string,
): Promise<AuthorizationRequest | null> {
  const codeHash = hashSecret(code)
  makeRoom(db, SPENT_CODES, 160)
  const request = transact(db, () => {
    const row = joining(
      db,
      `DELETE FROM authorization_request WHERE code_hash = ? RETURNING ${columns}`,
    ).get(codeHash) as AuthorizationRequest | undefined
    if (!row) return null
    insertSpentCode(db, code, row.did, Date.now())
    return row
  })
  // Kept before a token is made of it: a code that was spent once never comes back.
  if (!commitGroup(db)) throw new Error('That the code is spent was not kept')
  await durable(db)
  return request
}

/** @param at when it was exchanged, ms */
export function insertSpentCode(db: Db, code: string, did: string | null, at: number): void {
  joining(
    db,
    'INSERT OR REPLACE INTO spent_code (code_hash, did, expires_at) VALUES (?, ?, ?)',
  ).run(hashSecret(code), did, at + SPENT_CODE_MEMORY)
}

/** The account that a spent code was for, or null when no such code was exchanged. */
export function findSpentCode(db: Db, code: string): string | null {
  const row = sql(db, 'SELECT did FROM spent_code WHERE code_hash = ?').get(hashSecret(code))
  return (row as { did: string } | undefined)?.did ?? null
}
