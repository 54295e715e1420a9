import { isDid } from '../../base/values/did.ts'
import type { Db } from '../../database/database.ts'
import { findByDid } from '../../database/directory/account.ts'
import { readEmailChange } from '../../database/directory/email_change.ts'
import { readEntryToBe } from '../../database/directory/entry_to_be.ts'
import { readHandleChange } from '../../database/directory/handle_change.ts'
import { readSignUp } from '../../database/directory/sign_up.ts'

/**
 * Whether a name is a holder's, or is to be. The part of the holder decides it; a claim elsewhere that it
 * does not confirm is left over, and counts for nothing.
 *
 * @param holder a DID, or the id of a sign-up
 */
export function holdsName(db: Db, name: string, holder: string): boolean {
  const held = isDid(holder) ? namesOf(db, holder) : namesOfSignUp(db, holder)
  return held.includes(name)
}

/** The names of an account, and those that it is about to take. */
export function namesOf(db: Db, did: string): (string | null | undefined)[] {
  const [entry, coming] = [findByDid(db, did), readEntryToBe(db, did, Date.now())]
  return [
    ...[entry?.handle, entry?.email, coming?.handle, coming?.email],
    readHandleChange(db, did)?.newHandle,
    readEmailChange(db, did)?.newEmail,
  ]
}

function namesOfSignUp(db: Db, id: string): string[] {
  const signUp = readSignUp(db, id)
  return signUp ? [signUp.handle, signUp.email] : []
}
