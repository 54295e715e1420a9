import { isDeepStrictEqual } from 'node:util'
import { signedOutMeanwhile } from '../../base/errors.ts'
import { appendAudit } from '../../database/account/audit.ts'
import {
  type OpenidConsent,
  readOpenidConsent,
  upsertOpenidConsent,
} from '../../database/account/openid_consent.ts'
import {
  type FoundOpenidGrant,
  findOpenidGrant,
  insertOpenidGrant,
  type OpenidGrant,
  updateOpenidGrant,
} from '../../database/account/openid_grant.ts'
import {
  findOpenidSession,
  findOpenidSessionByUid,
  type OpenidSession,
  openidGrantsIn,
  upsertOpenidSession,
  withoutOpenidGrants,
} from '../../database/account/openid_session.ts'
import { type OpenidSignIn, upsertOpenidSignIns } from '../../database/account/openid_sign_in.ts'
import { readAccount } from '../../database/account/profile.ts'
import { type Db, readAtOnce, transact } from '../../database/database.ts'
import type { CalledFrom } from '../../http/requester.ts'
import { assertGood, type Basis, refusalOf } from './basis.ts'
import { endOpenidSessions } from './endings.ts'

/** A session that is good, with the sign-in that it is. */
export type GoodOpenidSession = OpenidSession & { basis: Basis }

/** A session, and the clients that were signed in to in it. */
export type NewOpenidSession = OpenidSession & { signIns: readonly OpenidSignIn[] }

/**
 * @param isNew whether the person has just signed in. Any other session must still be there: they may have signed
 * out while the request that found it was answered.
 * @throws {Refusal} AccountNotFound, AccountTakedown, SignedOut
 */
export function putSession(
  db: Db,
  { signIns, ...session }: NewOpenidSession,
  id: string,
  basis: Basis,
  isNew: boolean,
): void {
  transact(db, () => {
    const now = Date.now()
    const before = findOpenidSessionByUid(db, session.uid, now)
    const isThere = isNew || before !== null
    assertLetsIn(db, isThere ? basis : NONE)
    const ended = listEnded(db, session.payload, before, now)
    const payload = withoutOpenidGrants(session.payload, ended)
    upsertOpenidSession(db, { ...session, payload }, id, now)
    const others = signIns.filter(({ grantId }) => !ended.includes(grantId))
    upsertOpenidSignIns(db, session.uid, others, now)
  })
}

/**
 * Ids of the grants that the person has ended while the request was answered that found the session: they are not
 * there, and the session that is kept does not know of them. Of one that its client has revoked it still does.
 */
function listEnded(db: Db, payload: string, before: OpenidSession | null, now: number): string[] {
  const known = before ? openidGrantsIn(before.payload) : []
  return openidGrantsIn(payload).filter(
    (id) => !known.includes(id) && findOpenidGrant(db, id, now) === null,
  )
}

export function findSession(db: Db, id: string): GoodOpenidSession | null {
  return readAtOnce(db, () => good(db, findOpenidSession(db, id, Date.now())))
}

export function findSessionByUid(db: Db, uid: string): GoodOpenidSession | null {
  return readAtOnce(db, () => good(db, findOpenidSessionByUid(db, uid, Date.now())))
}

export function endSession(db: Db, id: string): void {
  transact(db, () => endOpenidSessions(db, { id }))
}

/** An ending of the account, or of the browser where it is remembered, ends the session there. */
export function good(
  db: Db,
  session: OpenidSession | null,
  account = session && readAccount(db),
): GoodOpenidSession | null {
  if (!session || !account || account.deactivatedAt !== null) return null
  const { isRemembered, deviceId } = session
  const { generation } = account
  const basis = { generation, ...(isRemembered && { device: deviceId }) }
  return refusalOf(db, account, basis) === null ? { ...session, basis } : null
}

/**
 * @param since when what it is given for was registered, ms
 * @throws {Refusal} AccountNotFound, AccountTakedown, SignedOut
 */
export function consent(
  db: Db,
  clientId: string,
  given: OpenidConsent,
  basis: Basis,
  since = 0,
): void {
  transact(db, () => {
    assertLetsIn(db, basis)
    upsertOpenidConsent(db, clientId, given, Date.now(), since)
  })
}

/**
 * @param basis the sign-in on which a new one rests; one that is there may be written without
 * @param consented what a new one is made of, as it was read: the person may have ended it since. Null of a device,
 * which is granted what they decided for it alone
 * @param since as of {@link consent}
 * @throws {Refusal} AccountNotFound, AccountTakedown, SignedOut: also where it, or the consent, has ended meanwhile
 */
export function putGrant(
  db: Db,
  grant: OpenidGrant,
  basis: Basis | null,
  consented: OpenidConsent | null,
  from: CalledFrom | null,
  since = 0,
): void {
  transact(db, () => {
    const now = Date.now()
    if (updateOpenidGrant(db, grant, now, since)) return
    const isConsented = consented === null || isKept(db, grant.clientId, consented)
    assertLetsIn(db, (isConsented && basis) || NONE)
    insertOpenidGrant(db, grant, from, now, since)
    const detail = { clientId: grant.clientId, address: from?.address }
    appendAudit(db, { at: now, event: 'client_authorized', detail })
  })
}

function isKept(db: Db, clientId: string, { scope, refused, resources }: OpenidConsent): boolean {
  const { updatedAt: _, ...kept } = readOpenidConsent(db, clientId, 0) ?? {}
  return isDeepStrictEqual(kept, { scope, refused, resources })
}

/**
 * As {@link assertGood}. No client is let in while the account is deactivated: that has ended what they had.
 *
 * @throws {Refusal} AccountNotFound, AccountTakedown, SignedOut
 */
function assertLetsIn(db: Db, basis: Basis): void {
  const { deactivatedAt } = assertGood(db, basis)
  if (deactivatedAt !== null) throw signedOutMeanwhile()
}

/** The generation of no account. */
const NONE: Basis = { generation: -1 }

export function findGrant(db: Db, id: string): FoundOpenidGrant | null {
  return findOpenidGrant(db, id, Date.now())
}
