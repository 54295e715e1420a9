import { type Db, sql, transact } from '../database.ts'
import type { DirectoryEntry } from './account.ts'

/**
 * Makes a part of the directory list exactly these accounts, whose names must be unique. Everything else in
 * it (PDSes, invite codes, sign-ups under way) stays, also what belongs to an entry of another part.
 *
 * @returns DIDs of the entries that were added and changed
 */
export function replaceEntries(
  db: Db,
  entries: DirectoryEntry[],
): { added: string[]; changed: string[] } {
  return transact(db, () => {
    const before = new Map(
      (
        sql(db, 'SELECT did, handle, email, pds_did AS pdsDid FROM account').all() as Omit<
          DirectoryEntry,
          'createdAt'
        >[]
      ).map((entry) => [entry.did, entry]),
    )
    const wanted = new Set(entries.map(({ did }) => did))
    for (const did of before.keys()) {
      if (!wanted.has(did)) sql(db, 'DELETE FROM account WHERE did = ?').run(did)
    }

    const changes = entries.filter(({ did, handle, email, pdsDid }) => {
      const entry = before.get(did)
      return entry?.handle !== handle || entry.email !== email || entry.pdsDid !== pdsDid
    })
    // Names first go free, so that accounts which swapped theirs do not collide.
    for (const { did } of changes) {
      sql(db, 'UPDATE account SET handle = NULL, email = NULL WHERE did = ?').run(did)
    }
    for (const entry of changes) {
      sql(
        db,
        `INSERT INTO account (did, handle, email, pds_did, created_at)
         VALUES (@did, @handle, @email, @pdsDid, @createdAt)
         ON CONFLICT (did) DO UPDATE SET handle = @handle, email = @email, pds_did = @pdsDid`,
      ).run(entry)
    }
    // A name that an account has cannot be taken by another sign-up.
    sql(
      db,
      `DELETE FROM handle_change WHERE new_handle IN (SELECT handle FROM account
         WHERE account.did <> handle_change.did)`,
    ).run()
    sql(
      db,
      `DELETE FROM email_change WHERE new_email IN (SELECT email FROM account
         WHERE account.did <> email_change.did)`,
    ).run()
    return {
      added: changes.filter(({ did }) => !before.has(did)).map(({ did }) => did),
      changed: changes.filter(({ did }) => before.has(did)).map(({ did }) => did),
    }
  })
}
