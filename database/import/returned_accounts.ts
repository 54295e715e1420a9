import { randomBytes } from 'node:crypto'
import { type Db, sql, transact } from '../database.ts'
import type { InviteCode } from '../directory/invite.ts'
import type { Device } from '../flow/device.ts'
import { hasTable } from '../lazy_tables.ts'
import { EMAIL_FACTOR } from './pds_accounts.ts'
import { iso } from './pds_rows.ts'
import {
  keptSessions,
  type ReturnedSessions,
  readReturnedSessions,
  returnSessions,
} from './returned_sessions.ts'

/** What a PDS is to know again of an account, to sign it in by itself. Times are milliseconds. */
export type ReturnedAccount = {
  did: string
  pdsDid: string
  email: string
  emailConfirmedAt: number | null
  emailAuthFactor: boolean
  /** Whether there are factors that no PDS knows: an authenticator, or passkeys. */
  hasOwnFactors: boolean
  /** Null where it has no password. */
  passwordScrypt: string | null
  invitesDisabled: boolean
  deactivatedAt: number | null
  deleteAfter: number | null
  takedownRef: string | null
  appPasswords: { name: string; passwordScrypt: string; privileged: boolean; createdAt: number }[]
  sessions: ReturnedSessions
}

export type ReturnReport = {
  accounts: number
  /** DIDs that the PDS did not have with a password: made since it had an entryway. */
  made: string[]
  /** DIDs that the PDS does not have at all. */
  unknown: string[]
  appPasswords: number
  /** Of before, which go on: they were neither used nor ended here. */
  sessions: number
  /** On which accounts stay signed in. */
  browsers: number
  /** Those that the PDS did not know. */
  inviteCodes: number
  /** DIDs whose second factor the PDS cannot keep. */
  withoutFactor: string[]
  /** DIDs that have no password: they set one there, by mail. */
  withoutPassword: string[]
}

/** As SQLite has what is true or false. */
type Stored = Omit<
  ReturnedAccount,
  'emailAuthFactor' | 'hasOwnFactors' | 'invitesDisabled' | 'appPasswords' | 'sessions'
> & {
  emailAuthFactor: number
  invitesDisabled: number
}
type StoredAppPassword = Omit<ReturnedAccount['appPasswords'][number], 'privileged'> & {
  privileged: number
}

/** Reads it from the database of an account here. @returns null where there is none */
export function readReturnedAccount(db: Db): ReturnedAccount | null {
  const row = sql(
    db,
    `SELECT did, pds_did AS pdsDid, email, email_confirmed_at AS emailConfirmedAt, email_auth_factor AS emailAuthFactor,
         password_scrypt AS passwordScrypt, invites_disabled AS invitesDisabled,
         deactivated_at AS deactivatedAt, delete_after AS deleteAfter, takedown_ref AS takedownRef
       FROM account`,
  ).get() as Stored | undefined
  if (!row) return null
  const appPasswords = sql(
    db,
    `SELECT name, password_scrypt AS passwordScrypt, privileged, created_at AS createdAt
       FROM app_password ORDER BY name`,
  ).all() as StoredAppPassword[]
  return {
    ...row,
    emailAuthFactor: row.emailAuthFactor === 1,
    hasOwnFactors: hasRow(db, 'totp', 'added_at IS NOT NULL') || hasRow(db, 'passkey'),
    invitesDisabled: row.invitesDisabled === 1,
    appPasswords: appPasswords.map((one) => ({ ...one, privileged: one.privileged === 1 })),
    sessions: readReturnedSessions(db),
  }
}

function hasRow(db: Db, table: 'totp' | 'passkey', where = 'true'): boolean {
  return sql(db, `SELECT 1 FROM ${table} WHERE ${where}`).get() !== undefined
}

/**
 * What {@link returnAccounts} would do.
 *
 * @param db the account database of a PDS
 */
export function planReturn(
  db: Db,
  accounts: ReturnedAccount[],
  invites: InviteCode[],
): ReturnReport {
  const isKnown = db.prepare('SELECT 1 FROM actor WHERE did = ?')
  const hasPassword = db.prepare('SELECT 1 FROM account WHERE did = ?')
  const hasCode = db.prepare('SELECT 1 FROM invite_code WHERE code = ?')
  const keepsMail = hasTable(db, EMAIL_FACTOR)
  const known = accounts.filter(({ did }) => isKnown.get(did))
  return {
    accounts: known.length,
    made: known.flatMap(({ did }) => (hasPassword.get(did) ? [] : did)),
    unknown: accounts.flatMap(({ did }) => (isKnown.get(did) ? [] : did)),
    appPasswords: known.reduce((sum, { appPasswords }) => sum + appPasswords.length, 0),
    sessions: known.reduce((sum, { did, sessions }) => {
      const { tokens, jwts } = keptSessions(db, did, sessions)
      return sum + tokens.length + jwts.length
    }, 0),
    browsers: new Set(known.flatMap(({ sessions }) => sessions.browsers.map(({ id }) => id))).size,
    inviteCodes: invites.filter(({ code }) => !hasCode.get(code)).length,
    withoutFactor: known.flatMap(({ did, emailAuthFactor, hasOwnFactors }) =>
      hasOwnFactors || (emailAuthFactor && !keepsMail) ? did : [],
    ),
    withoutPassword: known.flatMap(({ did, passwordScrypt }) =>
      passwordScrypt === null ? did : [],
    ),
  }
}

/**
 * Writes back into the account database of a PDS what changed since it has an entryway, in one transaction.
 *
 * @param browserOf finds one that is known here, by the id of its device
 */
export function returnAccounts(
  db: Db,
  accounts: ReturnedAccount[],
  invites: InviteCode[],
  browserOf: (id: string) => Device | null,
): ReturnReport {
  const report = planReturn(db, accounts, invites)
  const known = accounts.filter(({ did }) => !report.unknown.includes(did))
  const keepsFactors = hasTable(db, EMAIL_FACTOR)
  transact(db, () => {
    // Two accounts may have exchanged their addresses, each of which only one may have.
    const free = db.prepare('UPDATE account SET email = did WHERE did = ?')
    for (const { did } of known) free.run(did)
    for (const account of known) writeAccount(db, account)
    if (keepsFactors) for (const account of known) writeFactor(db, account)
    for (const { did, sessions } of known) returnSessions(db, did, sessions, browserOf)
    for (const invite of invites) writeInvite(db, invite)
  })
  return report
}

function writeAccount(db: Db, account: ReturnedAccount): void {
  const { did } = account
  db.prepare(
    `INSERT INTO account (did, email, passwordScrypt, emailConfirmedAt, invitesDisabled)
     VALUES (@did, @email, @passwordScrypt, @emailConfirmedAt, @invitesDisabled)
     ON CONFLICT (did) DO UPDATE SET email = @email, passwordScrypt = @passwordScrypt,
       emailConfirmedAt = @emailConfirmedAt, invitesDisabled = @invitesDisabled`,
  ).run({
    ...{ did, email: account.email, passwordScrypt: account.passwordScrypt ?? noPassword() },
    emailConfirmedAt: iso(account.emailConfirmedAt),
    invitesDisabled: account.invitesDisabled ? 1 : 0,
  })
  // What is taken down or deactivated on one side stays so.
  db.prepare(
    `UPDATE actor SET takedownRef = coalesce(takedownRef, @takedownRef),
       deactivatedAt = coalesce(deactivatedAt, @deactivatedAt),
       deleteAfter = coalesce(deleteAfter, @deleteAfter)
     WHERE did = @did`,
  ).run({
    did,
    takedownRef: account.takedownRef,
    deactivatedAt: iso(account.deactivatedAt),
    deleteAfter: iso(account.deleteAfter),
  })
  db.prepare('DELETE FROM app_password WHERE did = ?').run(did)
  const insert = db.prepare(
    `INSERT INTO app_password (did, name, passwordScrypt, createdAt, privileged)
     VALUES (?, ?, ?, ?, ?)`,
  )
  for (const { name, passwordScrypt, createdAt, privileged } of account.appPasswords) {
    insert.run(did, name, passwordScrypt, iso(createdAt), privileged ? 1 : 0)
  }
}

/** A PDS knows no account without a password: what it gets is the hash of none, in its own form. */
function noPassword(): string {
  return `${randomBytes(16).toString('hex')}:${randomBytes(64).toString('hex')}`
}

function writeFactor(db: Db, { did, emailAuthFactor }: ReturnedAccount): void {
  if (!emailAuthFactor) db.prepare(`DELETE FROM ${EMAIL_FACTOR} WHERE did = ?`).run(did)
  else {
    db.prepare(
      `INSERT OR IGNORE INTO ${EMAIL_FACTOR} (did, emailAuthFactorEnabledAt) VALUES (?, ?)`,
    ).run(did, iso(Date.now()))
  }
}

function writeInvite(db: Db, { uses, ...invite }: InviteCode): void {
  db.prepare(
    `INSERT INTO invite_code (code, availableUses, disabled, forAccount, createdBy, createdAt)
     VALUES (@code, @availableUses, @disabled, @forAccount, @createdBy, @createdAt)
     ON CONFLICT (code) DO UPDATE SET disabled = @disabled`,
  ).run({ ...invite, disabled: invite.disabled ? 1 : 0, createdAt: iso(invite.createdAt) })
  const use = db.prepare(
    'INSERT OR IGNORE INTO invite_code_use (code, usedBy, usedAt) VALUES (?, ?, ?)',
  )
  for (const { usedBy, usedAt } of uses) use.run(invite.code, usedBy, iso(usedAt))
}
