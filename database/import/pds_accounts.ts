import { existsSync } from 'node:fs'
import Sqlite from 'better-sqlite3'
import type { Db } from '../database.ts'
import type { InviteCode } from '../directory/invite.ts'
import type { ImportedAccount } from './imported_account.ts'

/** What `account.sqlite` of a PDS must have, as `@atproto/pds` makes it since its version 0.4.60. */
const NEEDED: Record<string, string[]> = {
  actor: ['did', 'handle', 'createdAt', 'takedownRef', 'deactivatedAt', 'deleteAfter'],
  account: ['did', 'email', 'passwordScrypt', 'emailConfirmedAt', 'invitesDisabled'],
  app_password: ['did', 'name', 'passwordScrypt', 'createdAt', 'privileged'],
  invite_code: ['code', 'availableUses', 'disabled', 'forAccount', 'createdBy', 'createdAt'],
  invite_code_use: ['code', 'usedBy', 'usedAt'],
}

/** An account as the PDS kept it, still without its PDS. Times are milliseconds. */
export type PdsAccount = Omit<ImportedAccount, 'pdsDid'>

/**
 * Opens the account database of a PDS, or a copy of it, to read; the PDS may run.
 *
 * @param path of `account.sqlite`
 * @throws {Error} when it is not one
 */
export function openPdsAccounts(path: string): Db {
  if (!existsSync(path)) throw new Error(`There is no ${path}`)
  const db = new Sqlite(path, { readonly: true, fileMustExist: true })
  try {
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
    return db
  } catch (err) {
    db.close()
    throw err
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
}

/** In the order of their DIDs. */
export function listPdsAccounts(db: Db): PdsAccount[] {
  const rows = db
    .prepare(
      `SELECT did, handle, email, emailConfirmedAt, passwordScrypt, invitesDisabled, createdAt,
         takedownRef, deactivatedAt, deleteAfter
       FROM actor JOIN account USING (did) ORDER BY did`,
    )
    .all() as StoredAccount[]
  return rows.map((row) => ({
    did: row.did,
    handle: row.handle?.toLowerCase() ?? null,
    email: row.email.toLowerCase(),
    emailConfirmedAt: time(row.emailConfirmedAt),
    passwordScrypt: row.passwordScrypt,
    createdAt: time(row.createdAt) ?? Date.now(),
    deactivatedAt: time(row.deactivatedAt),
    deleteAfter: time(row.deleteAfter),
    takedownRef: row.takedownRef,
    invitesDisabled: row.invitesDisabled === 1,
    appPasswords: listAppPasswords(db, row.did),
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
  return rows.map((row) => ({
    ...row,
    disabled: row.disabled === 1,
    createdAt: time(row.createdAt) ?? Date.now(),
    uses: (uses.all(row.code) as { usedBy: string; usedAt: string }[]).map((use) => ({
      usedBy: use.usedBy,
      usedAt: time(use.usedAt) ?? Date.now(),
    })),
  }))
}

/** What an import leaves behind: sessions are bound to the keys of the PDS. */
export function countLeftBehind(db: Db): {
  sessionsLeftBehind: number
  withoutCredentials: number
} {
  const count = (text: string) => db.prepare(text).pluck().get() as number
  const hasOAuth = count("SELECT count(*) FROM sqlite_master WHERE name = 'token'") > 0
  return {
    sessionsLeftBehind:
      count('SELECT count(*) FROM refresh_token WHERE nextId IS NULL') +
      (hasOAuth ? count('SELECT count(*) FROM token') : 0),
    withoutCredentials: count(
      'SELECT count(*) FROM actor WHERE did NOT IN (SELECT did FROM account)',
    ),
  }
}

function time(text: string | null): number | null {
  const ms = Date.parse(text ?? '')
  return Number.isNaN(ms) ? null : ms
}
