import { randomUUID } from 'node:crypto'
import { Refusal, signUpUnderWay } from '../../base/errors.ts'
import { type Db, transact } from '../../database/database.ts'
import { type DirectoryEntry, findByDid, insertEntry } from '../../database/directory/account.ts'
import { insertInviteUse, readInviteCode, sealInvite } from '../../database/directory/invite.ts'
import {
  countSignUpsWithInvite,
  deleteSignUp,
  findSignUpByName,
  hasOtherSignUp,
  insertSignUp,
  readSignUp,
  type SignUp,
  setSignUpCreating,
} from '../../database/directory/sign_up.ts'
import {
  deleteWithdrawnIdentity,
  putWithdrawnIdentity,
} from '../../database/directory/withdrawn_identity.ts'
import type { Pds } from '../../pds/pds.ts'
import { readUsable } from './invites.ts'
import { assertAvailable } from './names.ts'
import { type PdsCounts, place } from './placement.ts'

type Reserved = Pick<SignUp, 'handle' | 'email' | 'passwordScrypt' | 'passkey'> & {
  inviteCode: string | null
}

/**
 * Holds handle, e-mail and invite code for a sign-up, and chooses its PDS, in one transaction: of
 * two sign-ups at once one gets the names.
 *
 * @param at DID of the PDS, where it was chosen before
 * @param elsewhere the accounts in other parts of the directory
 * @throws {Refusal} HandleTaken, EmailTaken, InvalidInviteCode, SignUpClosed
 */
export function reserve(
  db: Db,
  input: Reserved,
  at: string | null = null,
  elsewhere: PdsCounts = {},
): { id: string; pds: Pds } {
  return transact(db, () => {
    const pds = choosePds(db, input, at, elsewhere)
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
  elsewhere: PdsCounts = {},
): Pds {
  if (inviteCode !== null) readUsable(db, inviteCode)
  assertAvailable(db, { handle, email })
  return place(db, at, elsewhere)
}

/**
 * Records for which DID a sign-up is, before anything is published.
 *
 * @throws {Refusal} InvalidRequest where that has an account, or where this one was undone; SignUpUnderWay where it has
 *   another
 */
export function recordDid(
  db: Db,
  id: string,
  identity: { did: string; movedFrom: string | null },
  now: number,
): void {
  transact(db, () => {
    const { did } = identity
    if (findByDid(db, did)) throw hasAccountHere()
    if (hasOtherSignUp(db, id, did)) throw signUpUnderWay()
    if (!setSignUpCreating(db, id, identity, now)) throw tookTooLong()
    deleteWithdrawnIdentity(db, did)
  })
}

export function hasAccountHere(): Refusal {
  return new Refusal('InvalidRequest', 'This DID has an account here: sign in and activate it')
}

const tookTooLong = () =>
  new Refusal('InvalidRequest', 'This sign-up took too long and was undone; start again')

/** The account exists on PLC, on the PDS and in its actor: its names are its own now. */
export function complete(db: Db, id: string): void {
  transact(db, () => {
    const entry = readEntry(db, id)
    end(db, id, entry.did)
    putEntry(db, entry)
  })
}

/** The entry of an account that was signed up. @throws {Refusal} InvalidRequest where that was undone */
export function readEntry(db: Db, id: string): DirectoryEntry {
  const signUp = readSignUp(db, id)
  if (!signUp?.did) throw tookTooLong()
  const { did, handle, email, pdsDid, createdAt } = signUp
  return { did, handle, email, pdsDid, createdAt }
}

/** Unless it is there. */
export function putEntry(db: Db, entry: DirectoryEntry): void {
  transact(db, () => {
    if (!findByDid(db, entry.did)) insertEntry(db, entry)
  })
}

/** Ends a sign-up of which there is the account, whose invite code is used now. */
export function end(db: Db, id: string, did: string): void {
  transact(db, () => {
    const sealed = deleteSignUp(db, id)?.sealedInvite ?? null
    if (sealed !== null) insertInviteUse(db, sealed, did, Date.now())
  })
}

/** @returns the names that it held; none where it has been undone */
export function abandon(db: Db, id: string): string[] {
  const signUp = deleteSignUp(db, id)
  return signUp ? [signUp.handle, signUp.email] : []
}

/** Likewise, where its PDS may yet go on with it. */
export function withdraw(db: Db, id: string): string[] {
  return transact(db, () => {
    const signUp = readSignUp(db, id)
    if (signUp?.did) {
      const { did, pdsDid, movedFrom } = signUp
      putWithdrawnIdentity(db, { did, pdsDid, movedFrom, withdrawnAt: Date.now() })
    }
    return abandon(db, id)
  })
}

/** Whether a sign-up in progress has the name, or the last use of the invite code. */
export function isHeld(
  db: Db,
  { handle = '', email = '', inviteCode }: { handle?: string; email?: string; inviteCode?: string },
): boolean {
  if (inviteCode === undefined) return findSignUpByName(db, handle, email) !== null
  const invite = readInviteCode(db, inviteCode)
  if (!invite || invite.disabled || invite.uses.length >= invite.availableUses) return false
  return countSignUpsWithInvite(db, sealInvite(db, inviteCode)) > 0
}
