import { type Db, sql } from '../database.ts'
import type { DirectoryEntry } from '../directory/account.ts'
import { listKept } from '../directory/deletion.ts'
import { directorySchema } from '../directory/schema.ts'
import { listUnderWay, type UnderWay } from '../directory/under_way.ts'
import { openUpToDate } from './database.ts'

export function listAllEntries(db: Db): DirectoryEntry[] {
  return sql(
    db,
    `SELECT did, handle, email, pds_did AS pdsDid, created_at AS createdAt FROM account
     ORDER BY did`,
  ).all() as DirectoryEntry[]
}

/** DIDs of all accounts that a directory, or a part of it, knows: also of those that come or go just now. */
export function knownDids(
  entries: readonly DirectoryEntry[],
  { signUps, deletions }: UnderWay,
): string[] {
  return [...new Set([...entries, ...signUps, ...deletions].flatMap(({ did }) => did ?? []))]
}

/** {@link listKept} of a database that another program may work on. */
export const listKeptAt = (path: string) => openedAt(path, listKept)

/** DIDs of entries that were added, removed or changed between two copies of a directory, or of a part of it. */
export const listChangedBetween = (before: string, after: string) =>
  openedAt(after, (db) => {
    const rows = (of: string) => `SELECT did, handle, email, pds_did, created_at FROM ${of}.account`
    const onlyIn = (one: string, other: string) =>
      `SELECT did FROM (${rows(one)} EXCEPT ${rows(other)})`
    db.prepare('ATTACH ? AS former').run(before)
    const changed = `${onlyIn('main', 'former')} UNION ${onlyIn('former', 'main')}`
    return db.prepare(changed).pluck().all() as string[]
  })

/** {@link knownDids} of one. */
export const listKnownDidsAt = (path: string) => openedAt(path, listKnownDids)

export function listKnownDids(db: Db): string[] {
  return knownDids(listAllEntries(db), listUnderWay(db))
}

function openedAt<T>(path: string, read: (db: Db) => T): T {
  const db = openUpToDate(path, directorySchema)
  try {
    return read(db)
  } finally {
    db.close()
  }
}

/** DIDs. */
export function listKnownPdses(db: Db): string[] {
  return sql(db, 'SELECT did FROM pds').pluck().all() as string[]
}

/** Of each invite code that was used more often than it may, when it was made (ms), and for whom. */
export function listOverusedInvites(db: Db): { createdAt: number; forAccount: string }[] {
  return sql(
    db,
    `SELECT created_at AS createdAt, for_account AS forAccount FROM invite_code WHERE available_uses <
       (SELECT count(*) FROM invite_use WHERE invite_use.code = invite_code.code)`,
  ).all() as { createdAt: number; forAccount: string }[]
}
