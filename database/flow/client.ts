import { type Db, sql } from '../database.ts'
import { notAhead } from './noted_time.ts'

/** A client that the operator registered. `metadata` is JSON, the time in milliseconds. */
export type RegisteredClient = { id: string; metadata: string; registeredAt: number }

const CLIENT = 'SELECT id, metadata, registered_at AS registeredAt FROM client'

export function readClient(db: Db, id: string): RegisteredClient | null {
  const row = sql(db, `${CLIENT} WHERE id = ?`).get(id) as RegisteredClient | undefined
  return row ? { ...row, registeredAt: notAhead(db, 'client', id, row.registeredAt) } : null
}

/** In the order of their ids, from the one after `after`. */
export function listClients(db: Db, after: string, limit: number): RegisteredClient[] {
  const text = `${CLIENT} WHERE id > ? ORDER BY id LIMIT ?`
  return sql(db, text).all(after, limit) as RegisteredClient[]
}

/** One that is there stays registered since then. */
export function upsertClient(db: Db, id: string, metadata: string): void {
  sql(
    db,
    `INSERT INTO client (id, metadata, registered_at) VALUES (@id, @metadata, @now)
     ON CONFLICT (id) DO UPDATE SET metadata = @metadata`,
  ).run({ id, metadata, now: Date.now() })
}

export function deleteClient(db: Db, id: string): void {
  sql(db, 'DELETE FROM client WHERE id = ?').run(id)
}
