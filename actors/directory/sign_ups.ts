import { randomUUID } from 'node:crypto'
import { Refusal } from '../../base/errors.ts'
import { type Db, transact } from '../../database/database.ts'
import { findByDid, insertEntry } from '../../database/directory/account.ts'
import { insertInviteUse, sealInvite } from '../../database/directory/invite.ts'
import {
  deleteSignUp,
  hasOtherSignUp,
  insertSignUp,
  readSignUp,
  type SignUp,
  setSignUpCreating,
} from '../../database/directory/sign_up.ts'
import type { Pds } from '../../pds/pds.ts'
import { assertUsable } from './invites.ts'
import { assertAvailable } from './names.ts'
import { place } from './placement.ts'

type Reserved = Pick<SignUp, 'handle' | 'email' | 'passwordScrypt' | 'passkey'> & {
  inviteCode: string | null
}

/**
 * Holds handle, e-mail and invite code for a sign-up, and chooses its PDS, in one transaction: of
 * two sign-ups at once one gets the names.
 *
 * @param at DID of the PDS, where it was chosen before
 * @throws {Refusal} HandleTaken, EmailTaken, InvalidInviteCode, SignUpClosed
 */
export function reserve(
  db: Db,
  input: Reserved,
  at: string | null = null,
): { id: string; pds: Pds } {
  return transact(db, () => {
    const pds = choosePds(db, input, at)
    const { inviteCode, ...names } = input
    const id = randomUUID()
    const now = Date.now()
    insertSignUp(db, {
      ...names,
      sealedInvite: inviteCode === null ? null : sealInvite(db, inviteCode),
      id,
      pdsDid: pds.did,
      did: null,
      movedFrom: null,
      step: 'reserved',
      createdAt: now,
      updatedAt: now,
    })
    return { id, pds }
  })
}

/**
 * The PDS of a sign-up, if it came now. Nothing is held for it.
 *
 * @throws as {@link reserve}
 */
export function choosePds(
  db: Db,
  { handle, email, inviteCode }: Pick<Reserved, 'handle' | 'email' | 'inviteCode'>,
  at: string | null = null,
): Pds {
  assertAvailable(db, { handle, email })
  if (inviteCode !== null) assertUsable(db, inviteCode)
  return place(db, at)
}

/**
 * Records for which DID a sign-up is, before anything is published.
 *
 * @throws {Refusal} InvalidRequest where that has an account, or another sign-up
 */
export function recordDid(
  db: Db,
  id: string,
  identity: { did: string; movedFrom: string | null },
  now: number,
): void {
  transact(db, () => {
    const { did } = identity
    if (findByDid(db, did) || hasOtherSignUp(db, id, did)) {
      throw new Refusal('InvalidRequest', 'This DID has an account here: sign in and activate it')
    }
    setSignUpCreating(db, id, identity, now)
  })
}

/** The account exists on PLC, on the PDS and in its actor: its names are its own now. */
export function complete(db: Db, id: string): void {
  transact(db, () => {
    const signUp = readSignUp(db, id)
    if (!signUp?.did)
      throw new Refusal('InvalidRequest', 'This sign-up took too long and was undone; start again')
    const { did, handle, email, pdsDid, createdAt } = signUp
    deleteSignUp(db, id)
    if (!findByDid(db, did)) insertEntry(db, { did, handle, email, pdsDid, createdAt })
    if (signUp.sealedInvite !== null) insertInviteUse(db, signUp.sealedInvite, did, Date.now())
  })
}
