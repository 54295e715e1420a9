import { type Db, sql } from '../database.ts'
import { trim } from './bounds.ts'

/** Client id and its `AuthorizedClientData` as JSON; the time is when it was given last, ms. */
export type AuthorizedClientRow = { clientId: string; data: string; updatedAt: number }

/** To be called in a transaction. */
export function upsertAuthorizedClient(db: Db, clientId: string, data: string, now: number): void {
  sql(
    db,
    `INSERT INTO authorized_client (client_id, data, created_at, updated_at)
     VALUES (@clientId, @data, @now, @now)
     ON CONFLICT (client_id) DO UPDATE SET data = @data, updated_at = @now`,
  ).run({ clientId, data, now })
  trim(db, 'authorized_client', now)
}

export function listAuthorizedClients(db: Db): AuthorizedClientRow[] {
  return sql(
    db,
    'SELECT client_id AS clientId, data, updated_at AS updatedAt FROM authorized_client',
  ).all() as AuthorizedClientRow[]
}

export function deleteAuthorizedClient(db: Db, clientId: string): void {
  sql(db, 'DELETE FROM authorized_client WHERE client_id = ?').run(clientId)
}

export function deleteAllAuthorizedClients(db: Db): void {
  sql(db, 'DELETE FROM authorized_client').run()
}
