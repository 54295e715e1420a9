import { appendAudit } from '../../database/account/audit.ts'
import { deleteAuthorizedClient } from '../../database/account/authorized_client.ts'
import { readFactors } from '../../database/account/factors.ts'
import { deleteKnownDevice } from '../../database/account/known_device.ts'
import * as legacy from '../../database/account/legacy_session.ts'
import { deleteOpenidConsent } from '../../database/account/openid_consent.ts'
import { deleteOpenidGrant, listOpenidGrants } from '../../database/account/openid_grant.ts'
import { forgetOpenidGrant } from '../../database/account/openid_session.ts'
import { endOpenidSignInsOfGrant } from '../../database/account/openid_sign_in.ts'
import { type AccountRow, readAccount, setSignedOut } from '../../database/account/profile.ts'
import type { RefreshStanding } from '../../database/account/rotation.ts'
import * as sessions from '../../database/account/session.ts'
import { putSignedOutClient } from '../../database/account/signed_out_client.ts'
import { type Db, readAtOnce, transact } from '../../database/database.ts'
import type { Proof } from '../../factors/kinds.ts'
import { assertGood, type Basis, refusalOf, refuseTakenDown } from './basis.ts'
import { distrust } from './devices.ts'
import type { MadeBy } from './idempotent_forms.ts'
import { type Arrival, arrive, markOfProgram } from './known_devices.ts'
import type { RecordedLogin } from './login.ts'
import { spendCode } from './second_factor.ts'

/** An OAuth session together with the account it belongs to. */
export type SessionOfAccount = { account: AccountRow; session: sessions.Session }

/** @returns the OAuth session's id, or null when the code or the sign-in behind it is not good any more */
export function create(db: Db, session: sessions.NewSession, basis: Basis): string | null {
  return transact(db, () => {
    const account = readAccount(db)
    if (!account || refusalOf(db, account, basis)) return null
    return sessions.createSession(db, session)
  })
}

/** A sign-in as it was recorded with the session that it opened. */
export type RecordedSession = Pick<RecordedLogin, 'account' | 'factors' | 'isTold'>

/**
 * @param arrival the sign-in by which it is opened, which is recorded with it; null for a sign-up
 * @param proof the code that was given as a second factor, which is spent with it
 * @throws {Refusal} AccountNotFound, AccountTakedown, SignedOut; InvalidToken, ExpiredToken
 */
export function createLegacy(
  db: Db,
  session: legacy.NewLegacySession,
  basis: Basis,
  arrival: Arrival | null = null,
  proof: Proof | null = null,
): RecordedSession {
  return transact(db, () => {
    const account = assertGood(db, basis)
    if (proof) spendCode(db, proof)
    legacy.insertLegacySession(db, session)
    const isTold = arrival !== null && arrive(db, account, arrival)
    return { account, factors: readFactors(db), isTold }
  })
}

/** The account, and whether it can be asked for anything by an access JWT of a legacy session. */
export type AccountOfSession = { account: AccountRow; basis: Basis; isOpen: boolean }

/** @param id of the legacy session; null when the JWT names none, which counts as ended */
export function readWithSession(db: Db, id: string | null): AccountOfSession | null {
  return readAtOnce(db, () => {
    const account = readAccount(db)
    if (!account) return null
    const basis = { generation: account.generation, session: id ?? '', mayBeTakenDown: true }
    return { account, basis, isOpen: refusalOf(db, account, basis) === null }
  })
}

/**
 * Rotates a refresh JWT of a legacy session, together with which the account is read.
 *
 * @param next the successor to use when there is none yet
 * @returns null where there is no account; `session` is null where the JWT is unknown or expired
 * @throws {Refusal} AccountTakedown
 */
export function rotateLegacy(
  db: Db,
  jti: string,
  next: Pick<legacy.NewLegacySession, 'jti' | 'expiresAt' | 'from'>,
  now: number,
): { account: AccountRow; session: legacy.RotatedLegacySession | null } | null {
  return transact(db, () => {
    const account = readAccount(db)
    if (!account) return null
    refuseTakenDown(account)
    return { account, session: legacy.rotateLegacySession(db, jti, next, now) }
  })
}

/** @param sid how the access tokens of an OAuth or a legacy session name it */
export function isOpen(db: Db, sid: string): boolean {
  return (
    sessions.findSessionByTokenId(db, sid) !== null ||
    legacy.isLegacySessionOpen(db, sid, Date.now())
  )
}

export function findByTokenId(db: Db, tokenId: string): SessionOfAccount | null {
  return withAccount(db, sessions.findSessionByTokenId(db, tokenId))
}

export function findByCode(db: Db, code: string): SessionOfAccount | null {
  return withAccount(db, sessions.findSessionByCode(db, code))
}

export function findByRefreshToken(
  db: Db,
  sessionId: string,
  shown: sessions.ShownRefreshToken,
): (SessionOfAccount & { standing: RefreshStanding }) | null {
  return readAtOnce(db, () => {
    const found = sessions.findSessionByRefreshToken(db, sessionId, shown)
    const owned = found && withAccount(db, found.session)
    return owned && { ...owned, standing: found.standing }
  })
}

/** Who ends a session, for the audit trail. */
export type EndedBy = Pick<MadeBy, 'address' | 'deviceId'>

/**
 * Ends one OAuth or legacy session of the account, or what an OpenID client was granted; what the person gave to its app
 * is asked for again then, and the codes that it holds give nothing. The browser in which it began, or the program, may be
 * lost: its next sign-in is as from a new one.
 *
 * @param basis null where the operator asks
 * @param isTakenElsewhere whether a PDS takes its access tokens until they expire
 * @returns whether there was one of that id
 * @throws {Refusal} AccountNotFound, SignedOut
 */
export function end(
  db: Db,
  id: string,
  basis: Basis | null,
  by: EndedBy,
  isTakenElsewhere = false,
): boolean {
  return transact(db, () => {
    assertGood(db, basis)
    const session = sessions.listSessions(db).find((each) => each.id === id)
    const old = legacy.listLegacySessions(db, Date.now()).find((each) => each.id === id)
    const openidClient = deleteOpenidGrant(db, id)
    if (!session && !old && openidClient === null) return false
    if (isTakenElsewhere && (session || old)) setSignedOut(db, Date.now())
    if (session?.deviceId) distrust(db, session.deviceId)
    if (old?.from) deleteKnownDevice(db, markOfProgram(old.from))
    sessions.deleteSession(db, id)
    if (session) takeBack(db, session.clientId)
    legacy.deleteLegacySessionById(db, id)
    if (openidClient !== null) {
      endOpenidSignInsOfGrant(db, id, Date.now())
      forgetOpenidGrant(db, id)
      deleteOpenidConsent(db, openidClient)
    }
    const clientId = session?.clientId ?? openidClient
    const of = clientId === null ? { appPassword: old?.appPasswordName } : { clientId }
    appendAudit(db, { at: Date.now(), event: 'session_ended', detail: { ...of, ...by } })
    return true
  })
}

/**
 * Ends an OAuth session.
 *
 * @param isTakenElsewhere as of {@link end}
 * @param isByPerson whether its person wants it, as there
 * @returns the client's id, where there was one
 */
export function endByTokenId(
  db: Db,
  tokenId: string,
  { isTakenElsewhere, isByPerson }: { isTakenElsewhere: boolean; isByPerson: boolean },
): string | null {
  return transact(db, () => {
    const clientId = sessions.deleteSessionByTokenId(db, tokenId)
    if (clientId === null) return null
    if (isTakenElsewhere) setSignedOut(db, Date.now())
    if (isByPerson) takeBack(db, clientId)
    return clientId
  })
}

/** What the person gave to an app until now, in whichever browser; its other sessions go on. To be called in a transaction. */
function takeBack(db: Db, clientId: string): void {
  deleteAuthorizedClient(db, clientId)
  putSignedOutClient(db, clientId, Date.now())
}

export function list(db: Db): SessionOfAccount[] {
  const account = readAccount(db)
  if (!account) return []
  return sessions.listSessions(db).map((session) => ({ account, session }))
}

/** What OpenID clients were granted. */
export function listOpenid(db: Db) {
  return listOpenidGrants(db, Date.now())
}

function withAccount(db: Db, session: sessions.Session | null): SessionOfAccount | null {
  const account = session && readAccount(db)
  return account && { account, session }
}
