import {
  deleteOpenidGrant,
  type FoundOpenidGrant,
  findOpenidGrant,
  noteOpenidGrantUse,
} from '../../database/account/openid_grant.ts'
import { findOpenidSessionByUid } from '../../database/account/openid_session.ts'
import * as tokens from '../../database/account/openid_token.ts'
import { type AccountRow, isActive, readAccount } from '../../database/account/profile.ts'
import { type Db, readAtOnce, transact } from '../../database/database.ts'
import type { CalledFrom } from '../../http/requester.ts'
import { type GoodOpenidSession, good } from './openid.ts'

/** Where a code or a token comes from, as it says itself. */
export type TokenOrigin = {
  grantId: string
  /** What one code gave, or one device; empty of what was given before there were chains. */
  chain: string
}

export { isOfHolder, type RefreshProof } from '../../database/account/openid_token.ts'

/** A code or a token that is to be kept; its client has the secret. */
export type NewOpenidToken = Omit<tokens.NewOpenidToken, 'grantId'>

/** The code or the refresh token for which others are issued. */
export type SpentOpenidToken = {
  secret: string
  chain: string
  /** The one of those issued that is to succeed a refresh token; null of a code. */
  next: string | null
  /** Of a refresh token, how its client proves who it is, and when; null of a code. */
  proof?: tokens.RefreshProof | null
  /** Which attempt it is that spends a code, so that one that is asked for once more does it, too. */
  by?: string
}

/** `successor`: the refresh token that succeeds the one that was spent; null where none was. */
export type KeptOpenidTokens = { successor: string | null }

/**
 * Keeps what is issued and spends what it is issued for, in one transaction. A refresh token that was spent a moment
 * ago has a successor already ({@link tokens.rotateOpenidToken}); then that one is issued, and not `next`.
 *
 * @returns null where nothing is kept, since that has ended meanwhile; `reused` where another request has spent the
 * code or the token meanwhile, which ends its chain as {@link findToken} does, and `late` where it does not
 */
export function putTokens(
  db: Db,
  grantId: string,
  issued: readonly NewOpenidToken[],
  from: CalledFrom | null,
  spent: SpentOpenidToken | null = null,
): KeptOpenidTokens | 'reused' | 'late' | null {
  return transact(db, () => {
    const now = Date.now()
    if (!findOpenidGrant(db, grantId, now)) return null
    const before = spent?.next == null ? null : tokens.findProven(db, spent.secret)
    const kept = spend(db, spent, now)
    if (!kept) {
      if (spent === null || !wasSpent(db, grantId, spent, now)) return null
      const origin = { grantId, chain: spent.chain }
      const { secret, proof = null } = spent
      const standing = tokens.spentOpenidStanding(db, secret, origin, proof, now)
      if (standing === 'late') return standing
      endWithGrant(db, origin, now)
      return standing === 'lost' ? null : standing
    }
    const all = issued.map((token) => {
      const isNext = token.secret === spent?.next
      return { ...token, grantId, secret: (isNext && kept.successor) || token.secret }
    })
    tokens.upsertOpenidTokens(db, all, before, now)
    const isUse = issued.some(({ kind }) => kind !== 'AuthorizationCode')
    if (isUse) noteOpenidGrantUse(db, grantId, from, now)
    return kept
  })
}

/** @returns null where it was spent before, or has ended */
function spend(db: Db, spent: SpentOpenidToken | null, now: number): KeptOpenidTokens | null {
  if (spent === null) return { successor: null }
  const { secret, next, by = null, proof = null } = spent
  if (next === null) {
    return tokens.consumeOpenidToken(db, secret, by, now) ? { successor: null } : null
  }
  const successor = tokens.rotateOpenidToken(db, secret, next, proof, now)
  return successor === null ? null : { successor }
}

/** Of a chain the last two refresh tokens are kept; those before have been spent while one of it is good. */
function wasSpent(
  db: Db,
  grantId: string,
  { secret, chain }: SpentOpenidToken,
  now: number,
): boolean {
  const isKept = tokens.findOpenidChain(db, secret) !== null
  return isKept || tokens.isOpenidChainGood(db, grantId, chain, now)
}

/** A code or token, with what is asked for next: its grant, its session and the account. */
export type OpenidTokenOfAccount = {
  token: tokens.OpenidToken
  grant: FoundOpenidGrant
  session: GoodOpenidSession | null
  account: AccountRow
}

/**
 * Finds what a client shows. A code or a refresh token that its client uses after it was spent ends its chain
 * (RFC 6749 section 4.1.2, RFC 9700 section 4.14.2). Others that the grant holds go on: to spend one of a chain says
 * nothing of them.
 *
 * @param origin that the secret names
 * @param usedBy id of the client that exchanges it; null where it is only asked about
 * @param proof of a refresh token, as of {@link SpentOpenidToken}
 * @returns `reused` where it was used again, and so has ended its chain; `late` where its client made the request before
 * it went on with a later refresh token, and a network held it
 */
export function findToken(
  db: Db,
  kind: string,
  secret: string,
  origin: TokenOrigin,
  usedBy: string | null,
  proof: tokens.RefreshProof | null = null,
): OpenidTokenOfAccount | 'reused' | 'late' | null {
  const now = Date.now()
  const looked = readAtOnce(db, () => look(db, kind, secret, origin, proof, now))
  // Nothing comes between, since neither waits.
  if (looked?.replayed != null && looked.grant.clientId === usedBy) {
    const ended = { grantId: looked.grant.id, chain: looked.replayed }
    const standing = tokens.spentOpenidStanding(db, secret, ended, proof, now)
    if (standing === 'late') return standing
    transact(db, () => endWithGrant(db, ended, now))
    return standing === 'lost' ? null : standing
  }
  return looked?.found ?? null
}

/** `replayed`: the chain of a code or a token that was spent before; null where it was not. */
type Looked = {
  grant: FoundOpenidGrant
  replayed: string | null
  found: OpenidTokenOfAccount | null
}

function look(
  db: Db,
  kind: string,
  secret: string,
  { grantId, chain: named }: TokenOrigin,
  proof: tokens.RefreshProof | null,
  now: number,
): Looked | null {
  const account = readAccount(db)
  const grant = findOpenidGrant(db, grantId, now)
  if (!account || !grant || !isActive(account)) return null
  const token = tokens.findOpenidToken(db, kind, secret, proof, now)
  if (!token || token.isSpent) {
    const chain = token?.chain ?? named
    // Of a chain the last two refresh tokens are kept. All others of it have been spent while one of it is good, and
    // have expired or ended with it otherwise.
    const isReplayed =
      kind === 'RefreshToken' ? tokens.isOpenidChainGood(db, grantId, chain, now) : token !== null
    return { grant, replayed: isReplayed ? chain : null, found: null }
  }
  if (token.grantId !== grantId) return { grant, replayed: null, found: null }
  const { sessionUid } = JSON.parse(token.payload) as { sessionUid?: string }
  const session = sessionUid === undefined ? null : findOpenidSessionByUid(db, sessionUid, now)
  return {
    grant,
    replayed: null,
    found: { token, grant, session: good(db, session, account), account },
  }
}

/**
 * Whose it is to revoke a token, also one that was spent or has expired: that ends its chain (RFC 7009 section 2.1).
 *
 * @param origin that the secret names
 * @returns id of the client; null where nothing of the chain is good
 */
export function findChain(db: Db, secret: string, origin: TokenOrigin): string | null {
  return readAtOnce(db, () => goodChain(db, secret, origin, Date.now())?.clientId ?? null)
}

/** @returns as {@link findChain} until now */
export function endChain(db: Db, secret: string, origin: TokenOrigin): string | null {
  return transact(db, () => {
    const now = Date.now()
    const found = goodChain(db, secret, origin, now)
    if (found) endWithGrant(db, { ...origin, chain: found.chain }, now)
    return found?.clientId ?? null
  })
}

function goodChain(db: Db, secret: string, { grantId, chain: named }: TokenOrigin, now: number) {
  const grant = findOpenidGrant(db, grantId, now)
  const chain = tokens.findOpenidChain(db, secret) ?? named
  const isGood = grant !== null && tokens.isOpenidChainGood(db, grantId, chain, now)
  return isGood ? { chain, clientId: grant.clientId } : null
}

/** Ends a chain, and with the last one the grant. To be called in a transaction. */
function endWithGrant(db: Db, { grantId, chain }: TokenOrigin, now: number): void {
  tokens.deleteOpenidChain(db, grantId, chain)
  if (!tokens.hasGoodOpenidToken(db, grantId, now)) deleteOpenidGrant(db, grantId)
}
