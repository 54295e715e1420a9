import { accountNotFound, Refusal } from '../../base/errors.ts'
import { type Db, transact } from '../../database/database.ts'
import { findByDid, setEntryHandle } from '../../database/directory/account.ts'
import {
  deleteHandleChange,
  putHandleChange,
  readHandleChange,
} from '../../database/directory/handle_change.ts'
import { type Attempt, nextAttempt } from './attempt.ts'
import { assertAvailable } from './names.ts'

/**
 * Holds a new handle for an account until PLC and the PDS have it; the old one stays its own. A
 * change that is under way may be repeated, but not be overtaken by another one: two could leave
 * one handle on PLC and the other here.
 *
 * @param generation of the sign-in that asks for it; null for the operator
 * @throws {Refusal} AccountNotFound, HandleTaken, InvalidRequest
 */
export function reserve(
  db: Db,
  did: string,
  newHandle: string,
  generation: number | null,
): Attempt {
  return transact(db, () => {
    if (!findByDid(db, did)) throw accountNotFound()
    assertAvailable(db, { handle: newHandle, did })
    const underWay = readHandleChange(db, did)
    if (underWay && underWay.newHandle !== newHandle) {
      throw new Refusal('InvalidRequest', 'Another handle change is under way; try again later')
    }
    const attempt = nextAttempt(underWay)
    putHandleChange(db, { did, newHandle, createdAt: attempt.createdAt, generation })
    return attempt
  })
}

export function complete(db: Db, did: string, handle: string): void {
  transact(db, () => {
    setEntryHandle(db, did, handle)
    deleteHandleChange(db, did)
  })
}

/** The same where the change is on record. @returns whether it is */
export function completeRecorded(db: Db, did: string, handle: string): boolean {
  return transact(db, () => {
    if (readHandleChange(db, did)?.newHandle !== handle) return false
    complete(db, did, handle)
    return true
  })
}

/** Gives up the attempt that began then (ms); one that goes on with it stays. */
export function abandon(db: Db, did: string, createdAt: number): void {
  deleteHandleChange(db, did, createdAt)
}
