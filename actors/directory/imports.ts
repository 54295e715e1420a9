import { type Db, transact } from '../../database/database.ts'
import { type DirectoryEntry, findByDid, insertEntry } from '../../database/directory/account.ts'
import {
  type InviteCode,
  insertInviteCode,
  insertInviteUse,
  readInviteCode,
  sealInvite,
} from '../../database/directory/invite.ts'
import { assertAvailable } from './names.ts'

/**
 * Adds an account that came from a PDS; one that is here already stays as it is.
 *
 * @throws {Refusal} HandleTaken, EmailTaken
 */
export function importEntry(db: Db, entry: DirectoryEntry): void {
  transact(db, () => {
    if (findByDid(db, entry.did)) return
    const { did, handle, email } = entry
    assertAvailable(db, { did, ...(handle && { handle }), ...(email && { email }) })
    insertEntry(db, entry)
  })
}

/**
 * Adds invite codes with their uses; codes that are here already stay as they are.
 *
 * @returns how many were new
 */
export function importInviteCodes(db: Db, codes: InviteCode[]): number {
  return transact(db, () => {
    const unknown = codes.filter(({ code }) => !readInviteCode(db, code))
    for (const { uses, ...invite } of unknown) {
      insertInviteCode(db, invite)
      for (const { usedBy, usedAt } of uses) {
        insertInviteUse(db, sealInvite(db, invite.code), usedBy, usedAt)
      }
    }
    return unknown.length
  })
}
