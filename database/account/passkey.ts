import type { PasskeyKey } from '../../factors/passkey.ts'
import { type Db, sql } from '../database.ts'

/** Times are milliseconds since the epoch. */
export type Passkey = PasskeyKey & {
  /** By which the person tells it from the others. */
  name: string
  createdAt: number
  /** Null where it was never used. */
  usedAt: number | null
}

type Stored = {
  id: string
  name: string
  public_key: Buffer
  counter: number
  transports: string
  synced: number
  backed_up: number
  created_at: number
  used_at: number | null
}

/** @throws {SqliteError} where there is one of that id or name */
export function insertPasskey(db: Db, passkey: Omit<Passkey, 'usedAt'>): void {
  sql(
    db,
    `INSERT INTO passkey (id, name, public_key, counter, transports, synced, backed_up, created_at)
     VALUES (@id, @name, @publicKey, @counter, @transports, @synced, @backedUp, @createdAt)`,
  ).run({
    id: passkey.id,
    name: passkey.name,
    publicKey: Buffer.from(passkey.publicKey),
    counter: passkey.counter,
    transports: JSON.stringify(passkey.transports),
    synced: passkey.isSynced ? 1 : 0,
    backedUp: passkey.isBackedUp ? 1 : 0,
    createdAt: passkey.createdAt,
  })
}

export function readPasskey(db: Db, id: string): Passkey | null {
  const row = sql(db, 'SELECT * FROM passkey WHERE id = ?').get(id)
  return row ? toPasskey(row) : null
}

/** The oldest first. */
export function listPasskeys(db: Db): Passkey[] {
  return sql(db, 'SELECT * FROM passkey ORDER BY created_at, id').all().map(toPasskey)
}

export function setPasskeyName(db: Db, id: string, name: string): void {
  sql(db, 'UPDATE passkey SET name = ? WHERE id = ?').run(name, id)
}

/** A counter of a synced passkey may be less than that of another device. */
export function notePasskeyUse(
  db: Db,
  id: string,
  { counter, isBackedUp }: Pick<Passkey, 'counter' | 'isBackedUp'>,
  now: number,
): void {
  sql(
    db,
    `UPDATE passkey SET counter = max(counter, @counter), backed_up = @backedUp, used_at = @now
     WHERE id = @id`,
  ).run({ id, counter, backedUp: isBackedUp ? 1 : 0, now })
}

export function deletePasskey(db: Db, id: string): void {
  sql(db, 'DELETE FROM passkey WHERE id = ?').run(id)
}

function toPasskey(found: unknown): Passkey {
  const row = found as Stored
  return {
    id: row.id,
    name: row.name,
    publicKey: row.public_key,
    counter: row.counter,
    transports: JSON.parse(row.transports),
    isSynced: row.synced === 1,
    isBackedUp: row.backed_up === 1,
    createdAt: row.created_at,
    usedAt: row.used_at,
  }
}
