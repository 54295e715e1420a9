import { Refusal } from '../../base/errors.ts'
import type { Db } from '../../database/database.ts'
import * as entries from '../../database/directory/account.ts'
import { findEmailChange } from '../../database/directory/email_change.ts'
import { findHandleChange } from '../../database/directory/handle_change.ts'
import { findSignUpByName } from '../../database/directory/sign_up.ts'
import { keptAs, readSubject, type SubjectKind } from '../../identity/subject.ts'

const finders = {
  did: entries.findByDid,
  handle: entries.findByHandle,
  email: entries.findByEmail,
} as const satisfies Record<SubjectKind, unknown>

/** Finds an account by DID, handle or e-mail address, as typed; `kinds` says by which it may be. */
export function find(
  db: Db,
  typed: string,
  kinds: readonly SubjectKind[] = ['did', 'handle', 'email'],
): entries.DirectoryEntry | null {
  const { kind, name } = readSubject(typed)
  return kinds.includes(kind) ? findKept(db, kind, name) : null
}

function findKept(db: Db, kind: SubjectKind, name: string): entries.DirectoryEntry | null {
  for (const kept of keptAs(name)) {
    const entry = finders[kind](db, kept)
    if (entry) return entry
  }
  return null
}

/**
 * Checks that names are free of accounts, sign-ups and changes under way; `did` may have them already.
 *
 * @throws {Refusal} HandleTaken, EmailTaken
 */
export function assertAvailable(
  db: Db,
  { handle, email, did }: { handle?: string; email?: string; did?: string },
): void {
  const signUp = findSignUpByName(db, handle ?? '', email ?? '')
  if (handle !== undefined) {
    const owner = entries.findByHandle(db, handle)?.did ?? findHandleChange(db, handle)?.did
    if ((owner && owner !== did) || signUp?.handle === handle) {
      throw nameTaken(handle)
    }
  }
  if (email !== undefined) {
    const owner = findKept(db, 'email', email)?.did ?? findEmailChange(db, email)?.did
    if ((owner && owner !== did) || signUp?.email === email) {
      throw nameTaken(email)
    }
  }
}

export function nameTaken(name: string): Refusal {
  return readSubject(name).kind === 'email'
    ? new Refusal('EmailTaken', `Email already taken: ${name}`)
    : new Refusal('HandleTaken', `Handle already taken: ${name}`)
}
