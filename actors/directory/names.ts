import { Refusal } from '../../base/errors.ts'
import { type Db, transact } from '../../database/database.ts'
import * as entries from '../../database/directory/account.ts'
import { findEmailChange } from '../../database/directory/email_change.ts'
import { findHandleChange } from '../../database/directory/handle_change.ts'
import { findSignUpByName } from '../../database/directory/sign_up.ts'

/** Finds an account by DID, by e-mail (anything with `@`) or by handle. */
export function find(db: Db, identifier: string): entries.DirectoryEntry | null {
  const id = identifier.trim().toLowerCase()
  if (id.startsWith('did:')) return entries.findByDid(db, identifier.trim())
  return id.includes('@') ? entries.findByEmail(db, id) : entries.findByHandle(db, id)
}

/**
 * Checks that names are free of accounts, sign-ups and changes under way; `did` may have them already.
 *
 * @throws {Refusal} HandleNotAvailable, EmailTaken
 */
export function assertAvailable(
  db: Db,
  { handle, email, did }: { handle?: string; email?: string; did?: string },
): void {
  const signUp = findSignUpByName(db, handle ?? '', email ?? '')
  if (handle !== undefined) {
    const owner = entries.findByHandle(db, handle)?.did ?? findHandleChange(db, handle)?.did
    if ((owner && owner !== did) || signUp?.handle === handle) {
      throw new Refusal('HandleNotAvailable', `Handle already taken: ${handle}`)
    }
  }
  if (email !== undefined) {
    const owner = entries.findByEmail(db, email)?.did ?? findEmailChange(db, email)?.did
    if ((owner && owner !== did) || signUp?.email === email) {
      throw new Refusal('EmailTaken', `Email already taken: ${email}`)
    }
  }
}

/** For the operator; people go through the handle-change saga. @throws {Refusal} */
export function setHandle(db: Db, did: string, handle: string): void {
  transact(db, () => {
    if (!entries.findByDid(db, did)) throw new Refusal('AccountNotFound', 'Account not found')
    assertAvailable(db, { handle, did })
    entries.setEntryHandle(db, did, handle)
  })
}
