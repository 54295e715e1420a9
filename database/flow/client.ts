import { type Db, sql } from '../database.ts'

/** The metadata, as JSON, of a client that the operator registered. */
export function readClient(db: Db, id: string): string | null {
  const row = sql(db, 'SELECT metadata FROM client WHERE id = ?').get(id)
  return (row as { metadata: string } | undefined)?.metadata ?? null
}

/** A client that the operator registered; the time is in milliseconds. */
export type RegisteredClient = { id: string; metadata: string; registeredAt: number }

/** In the order of their ids. */
export function listClients(db: Db): RegisteredClient[] {
  const text = 'SELECT id, metadata, registered_at AS registeredAt FROM client ORDER BY id'
  return sql(db, text).all() as RegisteredClient[]
}

export function upsertClient(db: Db, id: string, metadata: string): void {
  sql(db, 'INSERT OR REPLACE INTO client (id, metadata, registered_at) VALUES (?, ?, ?)').run(
    id,
    metadata,
    Date.now(),
  )
}

export function deleteClient(db: Db, id: string): void {
  sql(db, 'DELETE FROM client WHERE id = ?').run(id)
}
