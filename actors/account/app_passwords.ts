import { Refusal } from '../../base/errors.ts'
import {
  type AppPassword,
  countAppPasswords,
  deleteAppPassword,
  insertAppPassword,
  listAppPasswords,
} from '../../database/account/app_password.ts'
import { appendAudit, newestAudit } from '../../database/account/audit.ts'
import { MAX_APP_PASSWORD_NAME, MAX_APP_PASSWORDS } from '../../database/account/bounds.ts'
import { type Db, transact } from '../../database/database.ts'
import { randomAppPassword } from '../../passwords/app_password.ts'
import { hashAppPassword } from '../../passwords/scrypt.ts'
import { assertGood, type Basis, existing } from './basis.ts'
import { type MadeBy, madeBefore } from './idempotent_forms.ts'
import type { EndedBy } from './sessions.ts'

/**
 * The password itself leaves the account once, here. It takes the place of one that the same form has made before, which
 * was not seen: a use of that would stand in the audit trail.
 *
 * @throws {Refusal} InvalidRequest, SignedOut, ProofRequired
 */
export async function create(
  db: Db,
  name: string,
  privileged: boolean,
  basis: Basis,
  by: MadeBy = {},
): Promise<AppPassword & { password: string }> {
  const password = randomAppPassword()
  const passwordScrypt = await hashAppPassword(existing(db).did, password)
  const appPassword = { name, privileged, createdAt: Date.now(), usedAt: null }
  transact(db, () => {
    assertGood(db, basis)
    const before = madeBefore(db, by)
    if (before?.event === 'app_password_created' && before.detail.name === name) {
      remove(db, name, by)
    }
    assertRoom(db, name)
    if (!insertAppPassword(db, { ...appPassword, passwordScrypt })) {
      throw new Refusal('InvalidRequest', 'could not create app-specific password')
    }
    appendAudit(db, { at: Date.now(), event: 'app_password_created', detail: { name, ...by } })
  })
  return { ...appPassword, password }
}

/** @throws {Refusal} InvalidRequest */
function assertRoom(db: Db, name: string): void {
  if (name.length > MAX_APP_PASSWORD_NAME) {
    const message = `The name is longer than ${MAX_APP_PASSWORD_NAME} characters`
    throw new Refusal('InvalidRequest', message)
  }
  if (countAppPasswords(db) >= MAX_APP_PASSWORDS) {
    const message = `There are ${MAX_APP_PASSWORDS} app passwords already; revoke some first`
    throw new Refusal('InvalidRequest', message)
  }
}

export function list(db: Db): AppPassword[] {
  existing(db)
  return listAppPasswords(db)
}

/** @throws {Refusal} AccountNotFound, AccountTakedown, SignedOut */
export function revoke(db: Db, name: string, basis: Basis, by: EndedBy): void {
  transact(db, () => {
    assertGood(db, basis)
    remove(db, name, by)
  })
}

/** To be called in a transaction. */
function remove(db: Db, name: string, by: EndedBy): void {
  if (!deleteAppPassword(db, name)) return
  appendAudit(db, { at: Date.now(), event: 'app_password_revoked', detail: { name, ...by } })
}

/** When one was revoked last, ms since the epoch; null where none was in what the audit trail remembers. */
export function lastRevokedAt(db: Db): number | null {
  return newestAudit(db, 'app_password_revoked')
}
