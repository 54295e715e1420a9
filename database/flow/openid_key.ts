import { type Db, sql } from '../database.ts'
import { joining } from '../group_commit.ts'
import { openIn, sealIn } from '../sealed_columns.ts'

/** A private key of the OpenID provider, as JWK (JSON), and when it was made, ms. */
export type OpenidKey = { kid: string; jwk: string; createdAt: number }

const JWK = 'openid_key.jwk'

/** The oldest first; those that were sealed with another secret are left out. */
export function listOpenidKeys(db: Db): OpenidKey[] {
  const text = 'SELECT kid, jwk, created_at AS createdAt FROM openid_key ORDER BY created_at, kid'
  const rows = sql(db, text).all() as OpenidKey[]
  return rows.flatMap((row) => {
    const jwk = openIn(db, JWK, row.jwk)
    return jwk === null ? [] : [{ ...row, jwk }]
  })
}

export function insertOpenidKeys(db: Db, keys: readonly OpenidKey[]): void {
  const insert = joining(db, 'INSERT INTO openid_key (kid, jwk, created_at) VALUES (?, ?, ?)')
  for (const { kid, jwk, createdAt } of keys) insert.run(kid, sealIn(db, JWK, jwk), createdAt)
}

/**
 * Keeps the keys unless there are some: auth actors that start together share those of the first.
 *
 * @returns the keys that are kept
 */
export function insertFirstOpenidKeys(db: Db, keys: readonly OpenidKey[]): OpenidKey[] {
  if (listOpenidKeys(db).length === 0) insertOpenidKeys(db, keys)
  return listOpenidKeys(db)
}

export function deleteOpenidKey(db: Db, kid: string): void {
  joining(db, 'DELETE FROM openid_key WHERE kid = ?').run(kid)
}
