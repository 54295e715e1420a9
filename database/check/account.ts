import { kindsOf } from '../../factors/kinds.ts'
import { readFactors } from '../account/factors.ts'
import { type Db, listTables, sql } from '../database.ts'

/** When the account took its names, as far as its audit trail tells; ms. */
export type Claims = { handle: number; email: number }

export function readClaims(db: Db, createdAt: number): Claims {
  const newest = (event: string) =>
    (sql(db, 'SELECT max(at) FROM audit WHERE event = ?').pluck().get(event) as number | null) ??
    createdAt
  return { handle: newest('handle_changed'), email: newest('email_changed') }
}

/** The DID of the account in a database, which may be that of something else, or of nothing yet: then null. */
export function readDid(db: Db): string | null {
  if (!listTables(db).includes('account')) return null
  return (sql(db, 'SELECT did FROM account').pluck().get() as string | undefined) ?? null
}

/** Hashes of the authorization codes that sessions came from. */
export function listCodeHashes(db: Db): Buffer[] {
  return sql(db, 'SELECT code_hash FROM session WHERE code_hash IS NOT NULL')
    .pluck()
    .all() as Buffer[]
}

/** Whether sign-in codes go to an address that is not confirmed: such an account cannot sign in. */
export function hasUnconfirmedFactor(db: Db): boolean {
  const text = 'SELECT 1 FROM account WHERE email_auth_factor = 1 AND email_confirmed_at IS NULL'
  return sql(db, text).get() !== undefined
}

/** What must never be in an account's database, one sentence each. */
export function listSessionFaults(db: Db): string[] {
  const count = (text: string) => sql(db, text).pluck().get() as number
  const faults: [string, number][] = [
    [
      'two sessions came from one authorization code',
      count(`SELECT count(*) FROM (SELECT 1 FROM session WHERE code_hash IS NOT NULL
        GROUP BY code_hash HAVING count(*) > 1)`),
    ],
    [
      'two sessions have the same refresh token',
      count(`SELECT count(*) FROM (SELECT 1 FROM session WHERE refresh_hash IS NOT NULL
        GROUP BY refresh_hash HAVING count(*) > 1)`),
    ],
    [
      'a session has two live refresh tokens: the one before the current one answers without it',
      count(`SELECT count(*) FROM session WHERE previous_refresh_hash IS NOT NULL
        AND (refresh_hash IS NULL OR sealed_successor IS NULL OR rotated_at IS NULL
          OR previous_refresh_hash = refresh_hash)`),
    ],
    [
      'an authorization code that was presented twice still has its session',
      count('SELECT count(*) FROM session JOIN replayed_code USING (code_hash)'),
    ],
  ]
  return faults.filter(([, found]) => found > 0).map(([sentence]) => sentence)
}

/** Whether there are recovery codes, which stand in for another factor, without one. */
export function hasUselessRecoveryCodes(db: Db): boolean {
  const factors = readFactors(db)
  return factors.recoveryCodes > 0 && kindsOf(factors).length === 0
}
