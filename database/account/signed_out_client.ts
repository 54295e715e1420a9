import { type Db, sql } from '../database.ts'
import { hashSecret } from '../hash.ts'
import { trim } from './bounds.ts'

/** What a person has given to an app: consents and codes. */
export type GivenToClient = {
  clientId: string
  /** When the gateway received the request with which they gave it, ms. */
  at: number
}

/**
 * The person has signed an app out: what it was given until now gives it nothing more. It stands beside the codes that were
 * replayed, by a hash that no code has. To be called in a transaction.
 */
export function putSignedOutClient(db: Db, clientId: string, now: number): void {
  sql(db, 'INSERT OR REPLACE INTO replayed_code (code_hash, replayed_at) VALUES (?, ?)').run(
    markOf(clientId),
    now,
  )
  trim(db, 'replayed_code', now)
}

/** Whether the person has signed the app out since. One of the future is of a clock that was set back, and counts no more. */
export function isSignedOutSince(db: Db, { clientId, at }: GivenToClient, now: number): boolean {
  const text = 'SELECT 1 FROM replayed_code WHERE code_hash = ? AND replayed_at BETWEEN ? AND ?'
  return sql(db, text).get(markOf(clientId), at, now) !== undefined
}

const markOf = (clientId: string) => hashSecret(`signed out ${clientId}`)
