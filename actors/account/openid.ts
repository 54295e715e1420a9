import { OPENID_REFRESH_TOKEN } from '../../base/lifetimes.ts'
import { appendAudit } from '../../database/account/audit.ts'
import {
  deleteOpenidGrant,
  type FoundOpenidConsent,
  type FoundOpenidGrant,
  findOpenidGrant,
  insertOpenidGrant,
  noteOpenidGrantUse,
  type OpenidConsent,
  type OpenidGrant,
  readOpenidConsent,
  updateOpenidGrant,
  upsertOpenidConsent,
} from '../../database/account/openid_grant.ts'
import {
  findOpenidSession,
  findOpenidSessionByUid,
  type OpenidSession,
  upsertOpenidSession,
} from '../../database/account/openid_session.ts'
import { type OpenidSignIn, upsertOpenidSignIns } from '../../database/account/openid_sign_in.ts'
import * as tokens from '../../database/account/openid_token.ts'
import { type AccountRow, readAccount } from '../../database/account/profile.ts'
import { type Db, readAtOnce, transact } from '../../database/database.ts'
import type { CalledFrom } from '../../http/requester.ts'
import { endOpenidSessions } from './endings.ts'
import { assertGood, type Basis, refusalOf } from './standing.ts'

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
    const isThere = isNew || findOpenidSessionByUid(db, session.uid, now) !== null
    assertGood(db, isThere ? basis : NONE)
    upsertOpenidSession(db, session, id, now)
    upsertOpenidSignIns(db, session.uid, signIns, now)
  })
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
function good(
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

/** @throws {Refusal} AccountNotFound, AccountTakedown, SignedOut */
export function consent(db: Db, clientId: string, given: OpenidConsent, basis: Basis): void {
  transact(db, () => {
    assertGood(db, basis)
    upsertOpenidConsent(db, clientId, given, Date.now())
  })
}

/** @param since ms: one of before counts no more */
export function readConsent(db: Db, clientId: string, since: number): FoundOpenidConsent | null {
  return readOpenidConsent(db, clientId, since)
}

/**
 * @param basis the sign-in on which a new one rests; one that is there may be written without
 * @throws {Refusal} AccountNotFound, AccountTakedown, SignedOut: also where it has ended meanwhile
 */
export function putGrant(
  db: Db,
  grant: OpenidGrant,
  basis: Basis | null,
  from: CalledFrom | null,
): void {
  transact(db, () => {
    const now = Date.now()
    if (updateOpenidGrant(db, grant, now)) return
    assertGood(db, basis ?? NONE)
    insertOpenidGrant(db, grant, from, now)
    const detail = { clientId: grant.clientId, address: from?.address }
    appendAudit(db, { at: now, event: 'client_authorized', detail })
  })
}

/** The generation of no account. */
const NONE: Basis = { generation: -1 }

export function findGrant(db: Db, id: string): FoundOpenidGrant | null {
  return findOpenidGrant(db, id, Date.now())
}

export function endGrant(db: Db, id: string): void {
  deleteOpenidGrant(db, id)
}

/** A code or a token that is to be kept, of which its client has the secret. */
export type NewOpenidToken = Omit<tokens.OpenidToken, 'grantId'> & { secret: string }

/** The code or the refresh token for which others are issued. */
export type SpentOpenidToken = {
  secret: string
  /** The one of those issued that is to succeed a refresh token; null of a code. */
  next: string | null
}

/** `successor`: the refresh token that succeeds the one that was spent; null where none was. */
export type KeptOpenidTokens = { successor: string | null }

/**
 * Keeps what is issued and spends what it is issued for, in one transaction. A refresh token that was spent a moment
 * ago has a successor already ({@link tokens.rotateOpenidToken}); then that one is issued, and not `next`.
 *
 * @returns null where nothing is kept: the grant has ended meanwhile, or the code or token was spent before
 */
export function putTokens(
  db: Db,
  grantId: string,
  issued: readonly NewOpenidToken[],
  from: CalledFrom | null,
  spent: SpentOpenidToken | null = null,
): KeptOpenidTokens | null {
  return transact(db, () => {
    const now = Date.now()
    if (!findOpenidGrant(db, grantId, now)) return null
    const kept = spend(db, spent, now)
    if (!kept) return null
    for (const { secret, ...token } of issued) {
      const isNext = secret === spent?.next
      const keptAs = (isNext && kept.successor) || secret
      tokens.upsertOpenidToken(db, keptAs, { ...token, grantId }, now)
    }
    const isUse = issued.some(({ kind }) => kind !== 'AuthorizationCode')
    if (isUse) noteOpenidGrantUse(db, grantId, from, now)
    return kept
  })
}

/** @returns null where it was spent before */
function spend(db: Db, spent: SpentOpenidToken | null, now: number): KeptOpenidTokens | null {
  if (spent === null) return { successor: null }
  const { secret, next } = spent
  if (next === null) {
    return tokens.consumeOpenidToken(db, secret, now) ? { successor: null } : null
  }
  const successor = tokens.rotateOpenidToken(db, secret, next, now)
  return successor === null ? null : { successor }
}

/** A code or token, with what is asked for next: its grant, its session and the account. */
export type OpenidTokenOfAccount = {
  token: tokens.OpenidToken
  grant: FoundOpenidGrant
  session: GoodOpenidSession | null
  account: AccountRow
}

/**
 * Finds what a client shows. A code or a refresh token that its client uses after it was spent ends the grant
 * (RFC 6749 section 4.1.2, RFC 9700 section 4.14.2).
 *
 * @param grantId that the secret names
 * @param usedBy id of the client that exchanges or revokes it; null where it is only asked about
 * @returns `reused` where it was used again, and so has ended the grant
 */
export function findToken(
  db: Db,
  kind: string,
  secret: string,
  grantId: string,
  usedBy: string | null,
): OpenidTokenOfAccount | 'reused' | null {
  const now = Date.now()
  const looked = readAtOnce(db, () => look(db, kind, secret, grantId, now))
  // Nothing comes between, since neither waits.
  if (looked?.isReplayed && looked.grant.clientId === usedBy) {
    deleteOpenidGrant(db, looked.grant.id)
    return 'reused'
  }
  return looked?.found ?? null
}

type Looked = { grant: FoundOpenidGrant; isReplayed: boolean; found: OpenidTokenOfAccount | null }

function look(db: Db, kind: string, secret: string, grantId: string, now: number): Looked | null {
  const account = readAccount(db)
  const grant = findOpenidGrant(db, grantId, now)
  if (!account || !grant || account.takedownRef !== null || account.deactivatedAt !== null) {
    return null
  }
  const token = tokens.findOpenidToken(db, kind, secret, now)
  // Of a chain of refresh tokens, the last two are kept until they expire.
  const isKept = kind === 'RefreshToken' && now - grant.updatedAt < OPENID_REFRESH_TOKEN
  const isReplayed = token ? token.isSpent : isKept
  if (!token || isReplayed || token.grantId !== grantId) return { grant, isReplayed, found: null }
  const { sessionUid } = JSON.parse(token.payload) as { sessionUid?: string }
  const session = sessionUid === undefined ? null : findOpenidSessionByUid(db, sessionUid, now)
  return {
    grant,
    isReplayed,
    found: { token, grant, session: good(db, session, account), account },
  }
}

export function endToken(db: Db, secret: string): void {
  tokens.deleteOpenidToken(db, secret)
}

export function endTokens(db: Db, kind: string, grantId: string): void {
  tokens.deleteOpenidTokensOf(db, kind, grantId)
}
