import type { Db } from '../database.ts'
import { type Deletion, listDeletions } from './deletion.ts'
import { type EmailChange, listEmailChanges } from './email_change.ts'
import { type HandleChange, listHandleChanges } from './handle_change.ts'
import { listSignUps, type SignUp } from './sign_up.ts'
import { listStandingChanges, type StandingChange } from './standing_change.ts'

/** What takes several steps over directory, PLC and PDS, and is not finished; each kind of it. */
export type UnderWay = {
  signUps: SignUp[]
  handleChanges: HandleChange[]
  emailChanges: EmailChange[]
  deletions: Deletion[]
  standingChanges: StandingChange[]
}

/** All of it, or what has not changed since `before` (ms). */
export function listUnderWay(db: Db, before = Number.MAX_SAFE_INTEGER): UnderWay {
  return {
    signUps: listSignUps(db, before),
    handleChanges: listHandleChanges(db, before),
    emailChanges: listEmailChanges(db, before),
    deletions: listDeletions(db, before),
    standingChanges: listStandingChanges(db, before),
  }
}
