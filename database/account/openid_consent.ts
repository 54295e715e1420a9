import { type Db, sql } from '../database.ts'
import { trim } from './bounds.ts'

/** What a person consented to for a client, and what not: scopes with spaces between. */
export type OpenidConsent = {
  scope: string
  refused: string
  /** By the address of a protected resource, as the client gave it. */
  resources: Record<string, string>
}

/** `updatedAt`: when, ms. */
export type FoundOpenidConsent = OpenidConsent & { updatedAt: number }

/** To be called in a transaction. @param since it was given no earlier, ms, by whatever clock */
export function upsertOpenidConsent(
  db: Db,
  clientId: string,
  consent: OpenidConsent,
  now: number,
  since = 0,
): void {
  sql(
    db,
    `INSERT INTO openid_consent (client_id, scope, refused, resources, updated_at)
     VALUES (@clientId, @scope, @refused, @resources, @at)
     ON CONFLICT (client_id) DO UPDATE SET scope = @scope, refused = @refused,
       resources = @resources, updated_at = @at`,
  ).run({
    ...{ clientId, ...consent, resources: JSON.stringify(consent.resources) },
    at: Math.max(now, since),
  })
  trim(db, 'openid_consent', now)
}

export function readOpenidConsent(
  db: Db,
  clientId: string,
  since: number,
): FoundOpenidConsent | null {
  const row = sql(
    db,
    `SELECT scope, refused, resources, updated_at AS updatedAt FROM openid_consent
     WHERE client_id = ? AND updated_at >= ?`,
  ).get(clientId, since) as (FoundOpenidConsent & { resources: string }) | undefined
  return row ? { ...row, resources: JSON.parse(row.resources) } : null
}

export function deleteOpenidConsent(db: Db, clientId: string): void {
  sql(db, 'DELETE FROM openid_consent WHERE client_id = ?').run(clientId)
}

export function deleteAllOpenidConsents(db: Db): void {
  sql(db, 'DELETE FROM openid_consent').run()
}
