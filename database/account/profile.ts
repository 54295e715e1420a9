import { type Db, listTables, sql, transact } from '../database.ts'
import { endAllOpenidSignIns } from './openid_sign_in.ts'

/** The account itself. Times are milliseconds since the epoch. */
export type AccountRow = {
  did: string
  handle: string | null
  email: string
  emailConfirmedAt: number | null
  emailAuthFactor: boolean
  pdsDid: string
  createdAt: number
  /** When handle, mail address or public profile changed last, as far as this service knows. */
  updatedAt: number
  deactivatedAt: number | null
  deleteAfter: number | null
  takedownRef: string | null
  /** When all sessions ended last. */
  signedOutAt: number | null
  /** Grows with everything that ends sign-ins; no two accounts of one DID share one. */
  generation: number
  invitesDisabled: boolean
  inviteNote: string | null
  /** Whether a mail tells of a sign-in from a device that is not known. */
  newDeviceMails: boolean
  /** Whether programs sign in with app passwords only. */
  onlyAppPasswords: boolean
}

/** As the lexicons name it (`com.atproto.sync.getRepoStatus`). An account that is taken down may be deactivated, too. */
export type AccountStatus = 'active' | 'deactivated' | 'takendown'

export function accountStatus({
  takedownRef,
  deactivatedAt,
}: Pick<AccountRow, 'takedownRef' | 'deactivatedAt'>): AccountStatus {
  if (takedownRef !== null) return 'takendown'
  return deactivatedAt === null ? 'active' : 'deactivated'
}

/** Neither deactivated nor taken down. */
export const isActive = (account: Pick<AccountRow, 'takedownRef' | 'deactivatedAt'>): boolean =>
  accountStatus(account) === 'active'

export type NewAccount = Pick<AccountRow, 'did' | 'handle' | 'email' | 'pdsDid'> & {
  /** Null where it has no password. */
  passwordScrypt: string | null
  emailConfirmedAt?: number | null
  createdAt?: number
  deactivatedAt?: number | null
}

type Stored = {
  did: string
  handle: string | null
  email: string
  email_confirmed_at: number | null
  email_auth_factor: number
  pds_did: string
  created_at: number
  updated_at: number
  deactivated_at: number | null
  delete_after: number | null
  takedown_ref: string | null
  signed_out_at: number | null
  generation: number
  invites_disabled: number
  invite_note: string | null
  new_device_mails: number
  only_app_passwords: number
}

/** Writes the account; writing the same account again changes nothing. */
export function insertAccount(db: Db, account: NewAccount): void {
  sql(
    db,
    `INSERT INTO account (id, did, handle, email, email_confirmed_at, password_scrypt, pds_did,
       created_at, updated_at, deactivated_at, generation)
     VALUES (1, @did, @handle, @email, @emailConfirmedAt, @passwordScrypt, @pdsDid, @createdAt,
       @createdAt, @deactivatedAt, @generation)
     ON CONFLICT (id) DO NOTHING`,
  ).run({
    generation: Date.now(),
    emailConfirmedAt: null,
    createdAt: Date.now(),
    deactivatedAt: null,
    ...account,
  })
}

export function readAccount(db: Db): AccountRow | null {
  const row = sql(db, 'SELECT * FROM account').get() as Stored | undefined
  if (!row) return null
  return {
    did: row.did,
    handle: row.handle,
    email: row.email,
    emailConfirmedAt: row.email_confirmed_at,
    emailAuthFactor: row.email_auth_factor === 1,
    pdsDid: row.pds_did,
    createdAt: row.created_at,
    updatedAt: row.updated_at,
    deactivatedAt: row.deactivated_at,
    deleteAfter: row.delete_after,
    takedownRef: row.takedown_ref,
    signedOutAt: row.signed_out_at,
    generation: row.generation,
    invitesDisabled: row.invites_disabled === 1,
    inviteNote: row.invite_note,
    newDeviceMails: row.new_device_mails === 1,
    onlyAppPasswords: row.only_app_passwords === 1,
  }
}

type StoredPassword = { scrypt: string | null; generation: number }

/** The hash of the password, if the account has one, and the generation of a sign-in with it. */
export function readPassword(db: Db): StoredPassword | null {
  const row = sql(db, 'SELECT password_scrypt AS scrypt, generation FROM account').get()
  return (row as StoredPassword | undefined) ?? null
}

/** @param passwordScrypt null takes the password off */
export function setPasswordScrypt(db: Db, passwordScrypt: string | null): void {
  sql(db, 'UPDATE account SET password_scrypt = ?').run(passwordScrypt)
}

/** A changed address is not confirmed. */
export function setEmail(db: Db, email: string): void {
  const update = sql(db, 'UPDATE account SET email = ?, email_confirmed_at = NULL, updated_at = ?')
  update.run(email, Date.now())
}

export function setEmailConfirmed(db: Db, now: number): void {
  sql(db, 'UPDATE account SET email_confirmed_at = @now, updated_at = @now').run({ now })
}

export function setEmailAuthFactor(db: Db, on: boolean): void {
  sql(db, 'UPDATE account SET email_auth_factor = ?').run(on ? 1 : 0)
}

export function setHandle(db: Db, handle: string | null): void {
  sql(db, 'UPDATE account SET handle = ?, updated_at = ?').run(handle, Date.now())
}

/**
 * A record says of itself only what it is, not since when, so its change counts from when it was seen.
 *
 * @param cid of the public profile as it is now; null where there is none
 * @returns when the account changed last
 */
export function noteProfile(db: Db, cid: string | null): number {
  sql(
    db,
    'UPDATE account SET profile_cid = @cid, updated_at = @now WHERE profile_cid IS NOT @cid',
  ).run({ cid, now: Date.now() })
  return readAccount(db)?.updatedAt ?? 0
}

export function setDeactivated(db: Db, at: number | null, deleteAfter: number | null): void {
  sql(db, 'UPDATE account SET deactivated_at = ?, delete_after = ?').run(at, deleteAfter)
}

export function setTakedown(db: Db, ref: string | null): void {
  sql(db, 'UPDATE account SET takedown_ref = ?').run(ref)
}

export function setSignedOut(db: Db, at: number): void {
  sql(db, 'UPDATE account SET signed_out_at = ?').run(at)
}

/** The time tells it from those of an account that had this DID before; no two are the same. */
export function startGeneration(db: Db, now: number): void {
  sql(db, 'UPDATE account SET generation = max(generation + 1, ?)').run(now)
}

export function setInvitesDisabled(db: Db, disabled: boolean, note: string | null): void {
  sql(db, 'UPDATE account SET invites_disabled = ?, invite_note = ?').run(disabled ? 1 : 0, note)
}

export function setNewDeviceMails(db: Db, on: boolean): void {
  sql(db, 'UPDATE account SET new_device_mails = ?').run(on ? 1 : 0)
}

export function setOnlyAppPasswords(db: Db, on: boolean): void {
  sql(db, 'UPDATE account SET only_app_passwords = ?').run(on ? 1 : 0)
}

/** Everything about the account goes: the rows of all tables, but for what OpenID clients are to be told. */
export function eraseAccount(db: Db): void {
  transact(db, () => {
    endAllOpenidSignIns(db, Date.now())
    const tables = listTables(db).filter((table) => table !== 'openid_sign_in')
    for (const table of tables) sql(db, `DELETE FROM ${table}`).run()
  })
}
