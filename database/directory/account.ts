import { type Db, sql, transact } from '../database.ts'
import { deleteEventsOf } from './event.ts'
import { disableInviteCodesOf } from './invite.ts'

/** Who is who. */
export type DirectoryEntry = {
  did: string
  handle: string | null
  email: string | null
  pdsDid: string
  createdAt: number
}

/** Of a {@link DirectoryEntry}. */
export const ENTRY = 'did, handle, email, pds_did AS pdsDid, created_at AS createdAt'

export function insertEntry(db: Db, entry: DirectoryEntry): void {
  sql(
    db,
    `INSERT INTO account (did, handle, email, pds_did, created_at)
     VALUES (@did, @handle, @email, @pdsDid, @createdAt)`,
  ).run(entry)
}

export function findByDid(db: Db, did: string): DirectoryEntry | null {
  return one(sql(db, `SELECT ${ENTRY} FROM account WHERE did = ?`).get(did))
}

export function findByHandle(db: Db, handle: string): DirectoryEntry | null {
  return one(sql(db, `SELECT ${ENTRY} FROM account WHERE handle = ?`).get(handle))
}

export function findByEmail(db: Db, email: string): DirectoryEntry | null {
  return one(sql(db, `SELECT ${ENTRY} FROM account WHERE email = ?`).get(email))
}

/** In the order of their DIDs, from the one after `after`. */
export function listEntries(db: Db, after: string, limit: number): DirectoryEntry[] {
  return sql(db, `SELECT ${ENTRY} FROM account WHERE did > ? ORDER BY did LIMIT ?`).all(
    after,
    limit,
  ) as DirectoryEntry[]
}

/** By their DIDs. */
export function readHandles(db: Db, dids: string[]): Record<string, string | null> {
  const rows = sql(
    db,
    'SELECT did, handle FROM account WHERE did IN (SELECT value FROM json_each(?))',
  )
    .raw()
    .all(JSON.stringify(dids))
  return Object.fromEntries(rows as [string, string | null][])
}

export function setEntryHandle(db: Db, did: string, handle: string | null): void {
  sql(db, 'UPDATE account SET handle = ? WHERE did = ?').run(handle, did)
}

export function setEntryEmail(db: Db, did: string, email: string): void {
  sql(db, 'UPDATE account SET email = ? WHERE did = ?').run(email, did)
}

/** Its invite codes end with it, and the trail forgets what happened to it. */
export function deleteEntry(db: Db, did: string): void {
  transact(db, () => {
    disableInviteCodesOf(db, did)
    deleteEventsOf(db, did)
    sql(db, 'DELETE FROM account WHERE did = ?').run(did)
  })
}

/** Takes an entry back, while it has these names. */
export function withdrawEntry(db: Db, { did, handle, email }: DirectoryEntry): void {
  const text = 'DELETE FROM account WHERE did = ? AND handle IS ? AND email IS ?'
  sql(db, text).run(did, handle, email)
}

/** Accounts on each PDS, by its DID. */
export function countByPds(db: Db): Map<string, number> {
  const rows = sql(db, 'SELECT did, accounts FROM pds_count WHERE accounts > 0').raw().all()
  return new Map(rows as [string, number][])
}

function one(row: unknown): DirectoryEntry | null {
  return (row as DirectoryEntry | undefined) ?? null
}
