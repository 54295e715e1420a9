import { SPENT_CODE_MEMORY } from '../../../lifetimes.ts'
import { hashSecret } from '../../hash.ts'
import { type Db, sql, transact } from '../database.ts'
import { commitGroup, joining } from '../group_commit.ts'

/** `clientAuth` and `parameters` are JSON; times are milliseconds since the epoch. */
export type AuthorizationRequest = {
  id: string
  clientId: string
  clientAuth: string | null
  parameters: string
  expiresAt: number
  deviceId: string | null
  did: string | null
  /** When the person consented; null before that. */
  authorizedAt: number | null
}

export type AuthorizationRequestChange = {
  parameters?: string
  expiresAt?: number
  deviceId?: string | null
  did?: string | null
  code?: string | null
  authorizedAt?: number | null
}

const columns = `id, client_id AS clientId, client_auth AS clientAuth, parameters,
  expires_at AS expiresAt, device_id AS deviceId, did, authorized_at AS authorizedAt`

export function insertRequest(db: Db, request: Omit<AuthorizationRequest, 'authorizedAt'>): void {
  joining(
    db,
    `INSERT INTO authorization_request
       (id, client_id, client_auth, parameters, expires_at, device_id, did)
     VALUES (@id, @clientId, @clientAuth, @parameters, @expiresAt, @deviceId, @did)`,
  ).run(request)
}

export function readRequest(db: Db, id: string): AuthorizationRequest | null {
  const row = sql(db, `SELECT ${columns} FROM authorization_request WHERE id = ?`).get(id)
  return (row as AuthorizationRequest | undefined) ?? null
}

export function updateRequest(db: Db, id: string, change: AuthorizationRequestChange): void {
  joining(
    db,
    `UPDATE authorization_request SET
       parameters = coalesce(@parameters, parameters),
       expires_at = coalesce(@expiresAt, expires_at),
       device_id = coalesce(@deviceId, device_id),
       did = coalesce(@did, did),
       code_hash = coalesce(@codeHash, code_hash),
       authorized_at = coalesce(@authorizedAt, authorized_at)
     WHERE id = @id`,
  ).run({
    parameters: null,
    expiresAt: null,
    deviceId: null,
    did: null,
    authorizedAt: null,
    ...change,
    codeHash: change.code ? hashSecret(change.code) : null,
    id,
  })
}

export function deleteRequest(db: Db, id: string): void {
  joining(db, 'DELETE FROM authorization_request WHERE id = ?').run(id)
}

/**
 * Takes the request of an authorization code out of the database. Of two exchanges at once only
 * one finds it; the code is remembered as spent in the same transaction.
 */
export function consumeRequestByCode(db: Db, code: string): AuthorizationRequest | null {
  const codeHash = hashSecret(code)
  const request = transact(db, () => {
    const row = joining(
      db,
      `DELETE FROM authorization_request WHERE code_hash = ? RETURNING ${columns}`,
    ).get(codeHash) as AuthorizationRequest | undefined
    if (!row) return null
    joining(
      db,
      'INSERT OR REPLACE INTO spent_code (code_hash, did, expires_at) VALUES (?, ?, ?)',
    ).run(codeHash, row.did, Date.now() + SPENT_CODE_MEMORY)
    return row
  })
  // On disk before a token is made of it: a code that was spent once never comes back.
  commitGroup(db)
  return request
}

/** The account that a spent code was for, or null when no such code was exchanged. */
export function findSpentCode(db: Db, code: string): string | null {
  const row = sql(db, 'SELECT did FROM spent_code WHERE code_hash = ?').get(hashSecret(code))
  return (row as { did: string } | undefined)?.did ?? null
}
