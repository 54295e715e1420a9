import Sqlite from 'better-sqlite3'
import { isThere } from '../../base/files/files.ts'
import type { Db } from '../database.ts'
import type { InviteCode } from '../directory/invite.ts'
import { hasTable } from '../lazy_tables.ts'
import { naming, openNamed } from '../named_error.ts'
import type { ImportedAccount } from './imported_account.ts'
import { time } from './pds_rows.ts'
import { readPdsSessions } from './pds_sessions.ts'
import { copyPrivately } from './private_copy.ts'

/** What `account.sqlite` of a PDS must have, as `@atproto/pds` makes it since its version 0.4.60. */
const NEEDED: Record<string, string[]> = {
  actor: ['did', 'handle', 'createdAt', 'takedownRef', 'deactivatedAt', 'deleteAfter'],
  account: ['did', 'email', 'passwordScrypt', 'emailConfirmedAt', 'invitesDisabled'],
  refresh_token: ['id', 'did', 'expiresAt', 'nextId', 'appPasswordName'],
  app_password: ['did', 'name', 'passwordScrypt', 'createdAt', 'privileged'],
  invite_code: ['code', 'availableUses', 'disabled', 'forAccount', 'createdBy', 'createdAt'],
  invite_code_use: ['code', 'usedBy', 'usedAt'],
}

/** An account as the PDS kept it, still without its PDS. Times are milliseconds. */
export type PdsAccount = Omit<ImportedAccount, 'pdsDid'>

/** The e-mail factor of its own that `@atproto/pds` gets (bluesky-social/atproto#5207). */
export const EMAIL_FACTOR = 'account_email_auth_factor'

/** The account database of a PDS, copied, to read. */
export type PdsDatabase = { db: Db; close(): Promise<void> }

/**
 * Opens a copy of the account database of a PDS; nothing is written beside the database itself.
 *
 * @param path of `account.sqlite`
 * @throws {Error} when it is not one, or may not be read
 */
export async function openPdsAccounts(path: string): Promise<PdsDatabase> {
  const copy = await copyPrivately(path)
  let db: Db | undefined
  try {
    db = new Sqlite(copy.path, { fileMustExist: true })
    assertTables(db, path)
    const opened = db
    return {
      db,
      close: async () => {
        opened.close()
        await copy.remove()
      },
    }
  } catch (err) {
    db?.close()
    await copy.remove()
    throw err
  }
}

/** @param path is named where a table is not as it has to be */
export function assertTables(db: Db, path: string): void {
  for (const [table, columns] of Object.entries(NEEDED)) {
    const found = new Set(db.prepare('SELECT name FROM pragma_table_info(?)').pluck().all(table))
    const missing = columns.find((column) => !found.has(column))
    if (missing) {
      throw new Error(
        `${path} is not the account database of a current PDS: ${table} has no ${missing}. ` +
          'Start the PDS once in a current version, which brings its database up to date.',
      )
    }
  }
}

/** Whether a PDS has accounts, with or without a password. @param path of its `account.sqlite`, which may not be there */
export function hasPdsAccounts(path: string): boolean {
  if (!isThere(path)) return false
  const db = openNamed(path)
  try {
    return hasTable(db, 'actor') && db.prepare('SELECT 1 FROM actor LIMIT 1').get() !== undefined
  } catch (err) {
    throw naming(path, err)
  } finally {
    db.close()
  }
}

type StoredAccount = {
  did: string
  handle: string | null
  email: string
  emailConfirmedAt: string | null
  passwordScrypt: string
  invitesDisabled: number
  createdAt: string
  takedownRef: string | null
  deactivatedAt: string | null
  deleteAfter: string | null
  emailAuthFactor: number
}

/**
 * In the order of their DIDs.
 *
 * @param options `sessions`: with what people and apps hold, for a PDS that is adopted
 */
export function listPdsAccounts(db: Db, { sessions = false } = {}): PdsAccount[] {
  const emailAuthFactor = hasTable(db, EMAIL_FACTOR)
    ? `EXISTS (SELECT 1 FROM ${EMAIL_FACTOR} WHERE did = actor.did)`
    : '0'
  const rows = db
    .prepare(
      `SELECT did, handle, email, emailConfirmedAt, passwordScrypt, invitesDisabled, createdAt,
         takedownRef, deactivatedAt, deleteAfter, ${emailAuthFactor} AS emailAuthFactor
       FROM actor JOIN account USING (did) ORDER BY did`,
    )
    .all() as StoredAccount[]
  return rows.map((row) => ({
    did: row.did,
    handle: row.handle?.toLowerCase() ?? null,
    email: row.email.toLowerCase(),
    emailConfirmedAt: time(row.emailConfirmedAt),
    emailAuthFactor: row.emailAuthFactor === 1,
    passwordScrypt: row.passwordScrypt,
    createdAt: time(row.createdAt) ?? Date.now(),
    deactivatedAt: time(row.deactivatedAt),
    deleteAfter: time(row.deleteAfter),
    takedownRef: row.takedownRef,
    invitesDisabled: row.invitesDisabled === 1,
    appPasswords: listAppPasswords(db, row.did),
    sessions: sessions ? readPdsSessions(db, row.did) : null,
  }))
}

function listAppPasswords(db: Db, did: string): PdsAccount['appPasswords'] {
  const rows = db
    .prepare('SELECT name, passwordScrypt, privileged, createdAt FROM app_password WHERE did = ?')
    .all(did) as { name: string; passwordScrypt: string; privileged: number; createdAt: string }[]
  return rows.map((row) => ({
    ...row,
    privileged: row.privileged === 1,
    createdAt: time(row.createdAt) ?? Date.now(),
  }))
}

export function listPdsInviteCodes(db: Db): InviteCode[] {
  const uses = db.prepare('SELECT usedBy, usedAt FROM invite_code_use WHERE code = ?')
  const rows = db.prepare('SELECT * FROM invite_code ORDER BY createdAt, code').all() as {
    code: string
    availableUses: number
    disabled: number | null
    forAccount: string
    createdBy: string
    createdAt: string
  }[]
  return rows.map((row) => {
    const used = uses.all(row.code) as { usedBy: string; usedAt: string }[]
    return {
      ...row,
      // Its operator may have lowered it by SQL, to close the code: used up it is either way.
      availableUses: Math.max(row.availableUses, used.length),
      disabled: row.disabled === 1,
      createdAt: time(row.createdAt) ?? Date.now(),
      uses: used.map(({ usedBy, usedAt }) => ({ usedBy, usedAt: time(usedAt) ?? Date.now() })),
    }
  })
}

/** What an import leaves behind: sessions are bound to the keys of the PDS. */
export function countLeftBehind(db: Db): {
  sessionsLeftBehind: number
  withoutCredentials: number
} {
  const count = (text: string) => db.prepare(text).pluck().get() as number
  return {
    sessionsLeftBehind:
      count('SELECT count(*) FROM refresh_token WHERE nextId IS NULL') +
      (hasTable(db, 'token') ? count('SELECT count(*) FROM token') : 0),
    withoutCredentials: count(
      'SELECT count(*) FROM actor WHERE did NOT IN (SELECT did FROM account)',
    ),
  }
}
