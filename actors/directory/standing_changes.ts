import { accountNotFound } from '../../base/errors.ts'
import { type Db, transact } from '../../database/database.ts'
import { findByDid } from '../../database/directory/account.ts'
import { deleteFollowedTakedown } from '../../database/directory/followed_takedown.ts'
import {
  type Decision,
  listStandingChangesOf,
  putStandingChange,
  type StandingChange,
} from '../../database/directory/standing_change.ts'
import { nextAttempt } from './attempt.ts'

/** A decision that is on record; `isRepeated` where it took the place of one that may still be carried out. */
export type BegunStandingChange = { change: StandingChange; isRepeated: boolean }

/**
 * Records a decision on how an account stands, before anybody is told of it. From then on a takedown is the
 * entryway's: what the PDS does about it is not followed.
 *
 * @param generation of the sign-in that asks for it; null for the operator
 * @throws {Refusal} AccountNotFound
 */
export function begin(
  db: Db,
  did: string,
  decision: Decision,
  generation: number | null,
): BegunStandingChange {
  return transact(db, () => {
    if (!findByDid(db, did)) throw accountNotFound()
    const aspect = 'takedownRef' in decision ? 'takedown' : 'activity'
    if (aspect === 'takedown') deleteFollowedTakedown(db, did)
    const [underWay = null] = listStandingChangesOf(db, did).filter((one) => one.aspect === aspect)
    const { isRepeated, createdAt } = nextAttempt(underWay)
    const change = { did, aspect, decision, createdAt, generation } as const
    putStandingChange(db, change)
    return { change, isRepeated }
  })
}
