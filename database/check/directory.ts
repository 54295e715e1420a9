import { type Db, sql } from '../database.ts'
import type { DirectoryEntry } from '../directory/account.ts'

export function listAllEntries(db: Db): DirectoryEntry[] {
  return sql(
    db,
    `SELECT did, handle, email, pds_did AS pdsDid, created_at AS createdAt FROM account
     ORDER BY did`,
  ).all() as DirectoryEntry[]
}

/** Accounts whose PDS the directory does not know. */
export function listEntriesWithoutPds(db: Db): { did: string; pdsDid: string }[] {
  return sql(
    db,
    `SELECT did, pds_did AS pdsDid FROM account
     WHERE pds_did NOT IN (SELECT did FROM pds) ORDER BY did`,
  ).all() as { did: string; pdsDid: string }[]
}

/** Names that a sign-up or a change under way holds although another account has them. */
export function listNamesHeldTwice(db: Db): string[] {
  return sql(
    db,
    `SELECT account.handle FROM account JOIN sign_up ON sign_up.handle = account.handle
       WHERE sign_up.did IS NOT account.did
     UNION SELECT account.email FROM account JOIN sign_up ON sign_up.email = account.email
       WHERE sign_up.did IS NOT account.did
     UNION SELECT account.handle FROM account
       JOIN handle_change ON handle_change.new_handle = account.handle
       WHERE handle_change.did <> account.did
     UNION SELECT sign_up.handle FROM sign_up
       JOIN handle_change ON handle_change.new_handle = sign_up.handle
     UNION SELECT account.email FROM account
       JOIN email_change ON email_change.new_email = account.email
       WHERE email_change.did <> account.did
     UNION SELECT sign_up.email FROM sign_up
       JOIN email_change ON email_change.new_email = sign_up.email`,
  )
    .pluck()
    .all() as string[]
}

/** Of each invite code that was used more often than it may, when it was made (ms), and for whom. */
export function listOverusedInvites(db: Db): { createdAt: number; forAccount: string }[] {
  return sql(
    db,
    `SELECT created_at AS createdAt, for_account AS forAccount FROM invite_code WHERE available_uses <
       (SELECT count(*) FROM invite_use WHERE invite_use.code = invite_code.code)`,
  ).all() as { createdAt: number; forAccount: string }[]
}
