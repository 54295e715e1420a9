import { Refusal } from '../../base/errors.ts'
import { type Db, transact } from '../../database/database.ts'
import { type DirectoryEntry, findByDid, insertEntry } from '../../database/directory/account.ts'
import {
  deleteEntryToBe,
  type EntryToBe,
  putEntryToBe,
  readEntryToBe,
} from '../../database/directory/entry_to_be.ts'
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
 * Holds the names of an account that is to be added, where the directory has several parts; see
 * {@link endImport}.
 *
 * @throws {Refusal} HandleTaken, EmailTaken
 */
export function beginImport(db: Db, entry: EntryToBe): void {
  transact(db, () => {
    const { did, handle, email } = entry
    assertAvailable(db, { did, ...(handle && { handle }), ...(email && { email }) })
    putEntryToBe(db, entry, Date.now())
  })
}

/**
 * Adds it once its names are claimed.
 *
 * @throws {Refusal} InvalidRequest where that took too long, or another import of it holds other names
 */
export function endImport(db: Db, entry: DirectoryEntry): void {
  transact(db, () => {
    if (findByDid(db, entry.did)) return
    const held = readEntryToBe(db, entry.did, Date.now())
    if (held?.handle !== entry.handle || held.email !== entry.email) {
      const message = 'This import took too long, or there is another one; repeat it'
      throw new Refusal('InvalidRequest', message)
    }
    insertEntry(db, entry)
    deleteEntryToBe(db, entry.did)
  })
}

/**
 * Adds invite codes, and uses of them; what is here already stays as it is. A code may come several times, each time
 * with other uses.
 *
 * @returns how many codes were new
 */
export function importInviteCodes(db: Db, codes: InviteCode[]): number {
  return transact(db, () => {
    let added = 0
    for (const { uses, ...invite } of codes) {
      if (!readInviteCode(db, invite.code)) {
        insertInviteCode(db, invite)
        added++
      }
      for (const { usedBy, usedAt } of uses) {
        insertInviteUse(db, sealInvite(db, invite.code), usedBy, usedAt)
      }
    }
    return added
  })
}
