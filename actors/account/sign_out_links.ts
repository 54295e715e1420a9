import { randomBytes } from 'node:crypto'
import { appendAudit } from '../../database/account/audit.ts'
import { type AccountRow, readAccount } from '../../database/account/profile.ts'
import * as links from '../../database/account/sign_out_link.ts'
import { type Db, transact } from '../../database/database.ts'
import { hashSecret } from '../../database/hash.ts'
import { existing } from './basis.ts'
import { endSignIns } from './endings.ts'
import { madeBefore } from './idempotent_forms.ts'
import type { EndedBy } from './sessions.ts'

/** A link that signs everybody out, for a mail. @returns its secret, which leaves the account once, here */
export function make(db: Db): string {
  const secret = randomBytes(16).toString('base64url')
  transact(db, () => {
    existing(db)
    links.insertSignOutLink(db, secret, Date.now())
  })
  return secret
}

/** The account whose link it is; null for one that was used, or is too old. */
export function read(db: Db, secret: string): AccountRow | null {
  return links.hasSignOutLink(db, secret, Date.now()) ? readAccount(db) : null
}

/**
 * Ends all sign-ins, and with them the app passwords: whoever got in may have made some. Its form may be sent again
 * (`idempotent_forms.ts`), and then ends nothing more.
 *
 * @returns false for a link that was used before that, or is too old
 */
export function use(db: Db, secret: string, by: EndedBy): boolean {
  const detail = { ...by, form: hashSecret(secret).toString('base64url') }
  return transact(db, () => {
    if (!read(db, secret)) return madeBefore(db, detail) !== null
    links.deleteSignOutLink(db, secret)
    endSignIns(db, { devices: true, appPasswords: true })
    appendAudit(db, { at: Date.now(), event: 'signed_out_everywhere', detail })
    return true
  })
}
