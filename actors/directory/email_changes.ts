import { accountNotFound, Refusal } from '../../base/errors.ts'
import { type Db, transact } from '../../database/database.ts'
import { findByDid, setEntryEmail } from '../../database/directory/account.ts'
import {
  deleteEmailChange,
  putEmailChange,
  readEmailChange,
} from '../../database/directory/email_change.ts'
import { type Attempt, nextAttempt } from './attempt.ts'
import { assertAvailable } from './names.ts'

/**
 * Holds a new address for an account until the account has it; the old one stays its own. A change
 * under way may be repeated, but not be overtaken by another one.
 *
 * @throws {Refusal} AccountNotFound, EmailTaken, InvalidRequest
 */
export function reserve(db: Db, did: string, newEmail: string): Attempt {
  return transact(db, () => {
    if (!findByDid(db, did)) throw accountNotFound()
    assertAvailable(db, { email: newEmail, did })
    const underWay = readEmailChange(db, did)
    if (underWay && underWay.newEmail !== newEmail) {
      throw new Refusal('InvalidRequest', 'Another e-mail change is under way; try again later')
    }
    const attempt = nextAttempt(underWay)
    putEmailChange(db, { did, newEmail, createdAt: attempt.createdAt })
    return attempt
  })
}

export function complete(db: Db, did: string, email: string): void {
  transact(db, () => {
    setEntryEmail(db, did, email)
    deleteEmailChange(db, did)
  })
}

/** The same where the change is on record. @returns whether it is */
export function completeRecorded(db: Db, did: string, email: string): boolean {
  return transact(db, () => {
    if (readEmailChange(db, did)?.newEmail !== email) return false
    complete(db, did, email)
    return true
  })
}

/** Gives up the attempt that began then (ms); one that goes on with it stays. */
export function abandon(db: Db, did: string, createdAt: number): void {
  deleteEmailChange(db, did, createdAt)
}
