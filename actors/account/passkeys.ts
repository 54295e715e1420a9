import type { AuthenticationResponseJSON, RegistrationResponseJSON } from '@simplewebauthn/server'
import { Refusal } from '../../base/errors.ts'
import { appendAudit } from '../../database/account/audit.ts'
import { MAX_PASSKEY_NAME, MAX_PASSKEYS } from '../../database/account/bounds.ts'
import { readFactors } from '../../database/account/factors.ts'
import * as stored from '../../database/account/passkey.ts'
import { type AccountRow, readAccount } from '../../database/account/profile.ts'
import { type Db, transact } from '../../database/database.ts'
import { isPoolWaiting } from '../../database/log_sync.ts'
import type { Factors } from '../../factors/kinds.ts'
import {
  type Assertion,
  isCopied,
  PasskeyError,
  type PasskeyKey,
  type RelyingParty,
  verifyCreation,
  verifyUse,
} from '../../factors/passkey.ts'
import { verifyUsual } from '../../factors/usual_assertion.ts'
import { assertGood, type Basis, existing } from './basis.ts'
import { changed, changedAgain, type FactorsChanged, whose } from './factors.ts'
import { type MadeBy, madeBefore } from './idempotent_forms.ts'
import { type Arrival, arrive } from './known_devices.ts'
import { loginTo, type RecordedLogin } from './login.ts'
import * as recoveryCodes from './recovery_codes.ts'
import type { EndedBy } from './sessions.ts'

/** What an authenticator answered to a challenge, which the caller has spent. */
export type Answered<Response> = { party: RelyingParty; response: Response; challenge: string }
export type UsedPasskey = Answered<AuthenticationResponseJSON>
export type MadePasskey = Answered<RegistrationResponseJSON> & {
  /** Whether its challenge was answered before, or too late. */
  isOver?: true
}

/** A passkey as its owner sees it. */
export type ListedPasskey = Omit<stored.Passkey, 'publicKey' | 'counter'>

export function list(db: Db): ListedPasskey[] {
  existing(db)
  return stored.listPasskeys(db).map(({ publicKey: _, counter: __, ...passkey }) => passkey)
}

/** The account, if it has such a passkey. */
export function findOwner(db: Db, id: string): AccountRow | null {
  return stored.readPasskey(db, id) && readAccount(db)
}

/**
 * Adds a passkey that was made. One of a name that there is gets a number. One that the same form has added before is
 * there already.
 *
 * @throws {Refusal} InvalidToken where it is not accepted; ExpiredToken for a challenge that is over; InvalidRequest where
 *   there are too many, or it is there already; SignedOut, ProofRequired
 */
export async function add(
  db: Db,
  { party, response, challenge, isOver }: MadePasskey,
  name: string,
  basis: Basis,
  by: MadeBy = {},
): Promise<FactorsChanged> {
  const passkey = isOver ? null : await verifyMade({ party, response, challenge })
  return transact(db, () => {
    const account = assertGood(db, basis)
    const known = stored.listPasskeys(db)
    const id = passkey?.id ?? response.id
    const isThere = known.some((each) => each.id === id)
    const before = isThere ? madeBefore(db, by) : null
    if (before) return changedAgain(db, account, before, by)
    if (!passkey) throw challengeOver()
    if (known.length >= MAX_PASSKEYS) {
      const message = `There are ${MAX_PASSKEYS} passkeys already; remove some first`
      throw new Refusal('InvalidRequest', message)
    }
    if (isThere) {
      throw new Refusal('InvalidRequest', 'This passkey was added already')
    }
    const own = freeName(name, known)
    stored.insertPasskey(db, { ...passkey, name: own, createdAt: Date.now() })
    const factor = { kind: 'passkey', name: own } as const
    return changed(db, 'factor_added', factor, recoveryCodes.makeFirst(db), by)
  })
}

/** @throws {Refusal} InvalidToken where it is not accepted */
export function verifyMade({ party, response, challenge }: MadePasskey): Promise<PasskeyKey> {
  return accepted(() => verifyCreation(party, response, challenge))
}

/** The first one of an account that is made. @returns the recovery codes */
export function addFirst(db: Db, passkey: PasskeyKey & { name: string }): string[] | null {
  if (stored.readPasskey(db, passkey.id)) return null
  stored.insertPasskey(db, { ...passkey, name: freeName(passkey.name, []), createdAt: Date.now() })
  return recoveryCodes.makeFirst(db)
}

/** Puts another in the place of the first one. To be called inside a transaction. */
export function replaceFirst(db: Db, passkey: PasskeyKey & { name: string }): void {
  const detail = { kind: 'passkey', name: passkey.name }
  for (const { id } of stored.listPasskeys(db)) stored.deletePasskey(db, id)
  stored.insertPasskey(db, { ...passkey, name: freeName(passkey.name, []), createdAt: Date.now() })
  for (const event of ['factor_removed', 'factor_added'] as const) {
    appendAudit(db, { at: Date.now(), event, detail })
  }
}

/** @throws {Refusal} InvalidRequest where there is no such passkey; SignedOut, ProofRequired */
export function rename(db: Db, id: string, name: string, basis: Basis): void {
  transact(db, () => {
    assertGood(db, basis)
    if (!stored.readPasskey(db, id)) {
      throw new Refusal('InvalidRequest', 'There is no such passkey')
    }
    const others = stored.listPasskeys(db).filter((each) => each.id !== id)
    stored.setPasskeyName(db, id, freeName(name, others))
  })
}

/** @param basis null for the operator @throws {Refusal} LastWayIn, SignedOut, ProofRequired */
export function remove(db: Db, id: string, basis: Basis | null, by: EndedBy = {}): FactorsChanged {
  return transact(db, () => {
    const account = assertGood(db, basis)
    const passkey = stored.readPasskey(db, id)
    if (!passkey) return { isChanged: false, account, recoveryCodes: null }
    if (basis) assertNotLastWayIn(readFactors(db))
    stored.deletePasskey(db, id)
    const factor = { kind: 'passkey', name: passkey.name } as const
    return changed(db, 'factor_removed', factor, null, whose(basis, by))
  })
}

/** Who has no password, and loses the last passkey, is locked out. @throws {Refusal} LastWayIn */
function assertNotLastWayIn({ password, passkeys }: Factors): void {
  if (password || passkeys > 1) return
  const message =
    'Set a password first, or add another passkey: this one is the only way to sign in'
  throw new Refusal('LastWayIn', message)
}

/** For the operator. @param name of one, else all @throws {Refusal} InvalidRequest where there is none */
export function removeNamed(db: Db, name: string | null): FactorsChanged {
  return transact(db, () => {
    const passkeys = stored.listPasskeys(db).filter((each) => name === null || each.name === name)
    if (name !== null && !passkeys.length) {
      throw new Refusal('InvalidRequest', `There is no passkey of the name ${name}`)
    }
    const changes = passkeys.map(({ id }) => remove(db, id, null))
    return changes.at(-1) ?? { isChanged: false, account: existing(db), recoveryCodes: null }
  })
}

/**
 * Signs in with a passkey, which is all that is asked for, so that the sign-in is recorded with its use; not
 * that to an account which was taken down.
 *
 * @returns with whether the owner is to be told of the device
 * @throws {Refusal} InvalidToken
 */
export function login(db: Db, used: UsedPasskey, arrival: Arrival): Promise<RecordedLogin> {
  return use(db, used, null, arrival)
}

/**
 * Proves that it is the person, as a code does.
 *
 * @param arrival the sign-in that it finishes, which is recorded with it; null where it finishes none
 * @throws {Refusal} InvalidToken, SignedOut, AccountTakedown
 */
export function prove(
  db: Db,
  used: UsedPasskey,
  basis: Basis,
  arrival: Arrival | null,
): Promise<RecordedLogin> {
  return use(db, used, basis, arrival)
}

/** The one place that judges a passkey; its use is recorded in the same transaction. */
async function use(
  db: Db,
  { party, response, challenge }: UsedPasskey,
  basis: Basis | null,
  arrival: Arrival | null,
): Promise<RecordedLogin> {
  const passkey = stored.readPasskey(db, response.id)
  if (!passkey) throw notAccepted('There is no such passkey')
  const used = await accepted(() => verified({ party, passkey, response, challenge }))
  const login = transact(db, () => {
    const account = assertGood(db, basis)
    const before = stored.readPasskey(db, passkey.id)
    if (!before) throw notAccepted('There is no such passkey')
    const now = Date.now()
    if (isCopied(before, used)) {
      const detail = { name: before.name, counter: used.counter, before: before.counter }
      appendAudit(db, { at: now, event: 'passkey_copied', detail })
      return null
    }
    stored.notePasskeyUse(db, passkey.id, used, now)
    const isRecorded = arrival !== null && account.takedownRef === null
    const isTold = isRecorded && arrive(db, account, arrival)
    return { ...loginTo(db, account), isTold }
  })
  if (!login) throw notAccepted('Its counter did not grow')
  return login
}

async function verified(assertion: Assertion) {
  return (await verifyUsual(assertion, !isPoolWaiting())) ?? verifyUse(assertion)
}

async function accepted<T>(verify: () => Promise<T>): Promise<T> {
  try {
    return await verify()
  } catch (err) {
    throw err instanceof PasskeyError ? notAccepted(err.message) : err
  }
}

export function challengeOver(): Refusal {
  return new Refusal('ExpiredToken', 'The passkey was asked for too long ago; try again')
}

/** @param why for the program: a caller is told no more than that it was not accepted */
function notAccepted(why: string): Refusal {
  return new Refusal('InvalidToken', 'The passkey was not accepted', { why })
}

function freeName(wanted: string, others: readonly { name: string }[]): string {
  const name = wanted.trim().slice(0, MAX_PASSKEY_NAME).trim() || 'Passkey'
  const isTaken = (each: string) => others.some((other) => other.name === each)
  if (!isTaken(name)) return name
  for (let n = 2; ; n++) if (!isTaken(`${name} (${n})`)) return `${name} (${n})`
}
