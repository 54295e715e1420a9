import {
  deleteOpenidSignIn,
  type EndedOpenidSignIn,
  endOpenidSignIn,
  listEndedOpenidSignIns,
  nextEndedOpenidSignIn,
  postponeOpenidSignIn,
} from '../../database/account/openid_sign_in.ts'
import { type Db, transact } from '../../database/database.ts'

/** How many ended sign-ins are told in one round. */
const ROUND = 100

/** The client itself has signed the person out. */
export function endSignIn(db: Db, clientId: string, sid: string): void {
  endOpenidSignIn(db, clientId, sid, Date.now())
}

/** The ended sign-ins whose clients are to be told now. */
export function toTell(db: Db): EndedOpenidSignIn[] {
  return transact(db, () => listEndedOpenidSignIns(db, Date.now(), ROUND))
}

/**
 * Notes which of them are done with, and which are to be told again, and when (ms).
 *
 * @returns when the next one is due, ms; null where all are done with
 */
export function noteTold(
  db: Db,
  done: readonly number[],
  again: readonly { id: number; dueAt: number }[],
): number | null {
  return transact(db, () => {
    const now = Date.now()
    for (const id of done) deleteOpenidSignIn(db, id)
    for (const { id, dueAt } of again) postponeOpenidSignIn(db, id, dueAt, now)
    return nextEndedOpenidSignIn(db)
  })
}
