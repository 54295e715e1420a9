import { type Db, sql } from '../database.ts'
import { hashSecret } from '../hash.ts'
import { trim } from './bounds.ts'
import {
  keptOf,
  OF_BACKUP,
  type Proven,
  type RefreshStanding,
  reliably,
  type ShownAt,
  standingOf,
} from './rotation.ts'
import { sealSuccessor, unsealSuccessor } from './sealed_successor.ts'

/** A code or a token of an OpenID client, kept by its hash. `payload` is JSON; times are milliseconds. */
export type OpenidToken = {
  /** As the provider names it: `AuthorizationCode`, `AccessToken`, `RefreshToken`. */
  kind: string
  grantId: string
  /** What one code gave, or one device, belongs to one chain, and ends with it. */
  chain: string
  payload: string
  expiresAt: number
}

/** `isSpent`: it was exchanged, and is good for nothing but to be recognised. */
export type FoundOpenidToken = OpenidToken & { isSpent: boolean }

type Stored = {
  kind: string
  grant_id: string
  chain: string
  payload: string
  expires_at: number
  consumed_at: number | null
  sealed_successor: Buffer | null
  successor_hash: Buffer | null
  received_at: number | null
  proven_at: number | null
}

/** A code or a token of which the client has the secret. */
export type NewOpenidToken = OpenidToken & {
  secret: string
  /** Of a refresh token, when its client made the proof of the request, seconds by the client's clock. */
  provenAt?: number | null
  /** When the gateway received that request, ms. */
  receivedAt?: number | null
}

/**
 * Of a request with a refresh token, how its client proves who it is, and when: by a DPoP proof (RFC 9449), or by an
 * assertion (RFC 7523), which say when they were made.
 *
 * `isAuthenticated`: whether the client has authenticated itself, and so may use any key
 * `jkt`: thumbprint of the key that it shows; null where it shows none
 */
export type RefreshProof = ShownAt & { isAuthenticated: boolean; jkt: string | null }

/** @param bound thumbprint of the key that the refresh token is bound to, if it is */
export function isOfHolder({ isAuthenticated, jkt }: RefreshProof, bound: unknown): boolean {
  return isAuthenticated || jkt === (bound ?? null)
}

/**
 * Of a refresh that is made once more, their rows are there already. To be called in a transaction.
 *
 * @param before what was kept with the refresh token that is spent for them; null where there is none
 */
export function upsertOpenidTokens(
  db: Db,
  tokens: readonly NewOpenidToken[],
  before: Proven | null,
  now: number,
): void {
  for (const { secret, provenAt = null, receivedAt: received, ...token } of tokens) {
    const receivedAt = received ?? now
    sql(
      db,
      `INSERT INTO openid_token
         (token_hash, kind, grant_id, chain, payload, expires_at, received_at, proven_at)
       VALUES (@hash, @kind, @grantId, @chain, @payload, @expiresAt, @receivedAt, @provenAt)
       ON CONFLICT (token_hash) DO UPDATE SET payload = @payload, expires_at = @expiresAt`,
    ).run({
      ...token,
      hash: hashSecret(secret),
      provenAt: reliably(before, { provenAt, receivedAt }),
      receivedAt,
    })
  }
  trim(db, 'openid_token', now)
}

/** @param proof of a refresh token that is shown to be used; null of what is not, or is asked about */
export function findOpenidToken(
  db: Db,
  kind: string,
  secret: string,
  proof: RefreshProof | null,
  now: number,
): FoundOpenidToken | null {
  const row = read(db, hashSecret(secret))
  if (row?.kind !== kind) return null
  return {
    kind,
    grantId: row.grant_id,
    chain: row.chain,
    payload: row.payload,
    expiresAt: row.expires_at,
    isSpent: !ANSWERING.has(standingIn(row, { proof }, now)),
  }
}

/** What was kept of the request that got a refresh token; null where it is not there. */
export function findProven(db: Db, secret: string): Proven | null {
  const row = read(db, hashSecret(secret))
  return row ? keptOf(row) : null
}

const UNKNOWN: Proven = { provenAt: null, receivedAt: null }

/** Those for which it answers. */
const ANSWERING: ReadonlySet<RefreshStanding> = new Set(['current', 'retry'])

/**
 * How a refresh token stands that answers no more ({@link standingOf}). One that its client shows late is of its holder.
 * Of a chain the last two are kept, so one that has no row is an older one.
 *
 * @param proof null of what is no refresh token
 */
export function spentOpenidStanding(
  db: Db,
  secret: string,
  { grantId, chain }: Pick<OpenidToken, 'grantId' | 'chain'>,
  proof: RefreshProof | null,
  now: number,
): 'late' | 'reused' | 'lost' {
  const current = proof && readCurrent(db, grantId, chain)
  if (!current) return 'reused'
  const standing = standingIn(read(db, hashSecret(secret)), { current, proof }, now)
  if (standing === 'lost') return standing
  const isLate = standing === 'late' && isOfHolder(proof, JSON.parse(current.payload).jkt)
  return isLate ? 'late' : 'reused'
}

/**
 * Spends a code, in one statement, so that of two exchanges at once only one does. What it was given for is needed
 * no more.
 *
 * @param by which attempt, so that one that is repeated does it, too
 * @returns whether this one did
 */
export function consumeOpenidToken(
  db: Db,
  secret: string,
  by: string | null,
  now: number,
): boolean {
  return (
    sql(
      db,
      `UPDATE openid_token SET consumed_at = @now, consumed_by = @by, payload = '{}'
       WHERE token_hash = @hash AND (consumed_at IS NULL OR consumed_by = @by)`,
    ).run({ hash: hashSecret(secret), by, now }).changes > 0
  )
}

/**
 * Refresh token rotation, as `rotateSession` does it: the one that was succeeded gets the same successor once more
 * while {@link standingOf} says so. To be called in a transaction.
 *
 * @param next the successor to use when there is none yet
 * @returns the successor; null when the presented one answers no more
 */
export function rotateOpenidToken(
  db: Db,
  secret: string,
  next: string,
  proof: RefreshProof | null,
  now: number,
): string | null {
  const hash = hashSecret(secret)
  const row = read(db, hash)
  if (!row) return null
  if (row.consumed_at !== null) {
    const isRetry = standingIn(row, { proof }, now) === 'retry'
    return isRetry ? unsealSuccessor(row.sealed_successor as Buffer, secret) : null
  }
  // What came before is known by its chain alone from now on.
  sql(db, 'DELETE FROM openid_token WHERE successor_hash = ?').run(hash)
  sql(
    db,
    `UPDATE openid_token SET consumed_at = @now, sealed_successor = @sealed,
       successor_hash = @successor
     WHERE token_hash = @hash`,
  ).run({ hash, now, sealed: sealSuccessor(next, secret), successor: hashSecret(next) })
  return next
}

/** To be called where a backup is restored. */
export function markOpenidTokensOfBackup(db: Db): void {
  sql(db, `UPDATE openid_token SET received_at = ${OF_BACKUP}`).run()
}

/** @returns the chain of what is kept by this secret; null where nothing is */
export function findOpenidChain(db: Db, secret: string): string | null {
  return read(db, hashSecret(secret))?.chain ?? null
}

const IS_GOOD = 'consumed_at IS NULL AND expires_at > @now'

/** @returns whether anything of the chain is still good */
export function isOpenidChainGood(db: Db, grantId: string, chain: string, now: number): boolean {
  const text = `SELECT 1 FROM openid_token WHERE grant_id = @grantId AND chain = @chain AND ${IS_GOOD}`
  return sql(db, text).get({ grantId, chain, now }) !== undefined
}

/** @returns whether anything of any chain of a grant is still good */
export function hasGoodOpenidToken(db: Db, grantId: string, now: number): boolean {
  const text = `SELECT 1 FROM openid_token WHERE grant_id = @grantId AND ${IS_GOOD}`
  return sql(db, text).get({ grantId, now }) !== undefined
}

export function deleteOpenidChain(db: Db, grantId: string, chain: string): void {
  sql(db, 'DELETE FROM openid_token WHERE grant_id = ? AND chain = ?').run(grantId, chain)
}

function read(db: Db, hash: Buffer): Stored | undefined {
  return sql(db, 'SELECT * FROM openid_token WHERE token_hash = ?').get(hash) as Stored | undefined
}

/** The refresh token of a chain that has no successor yet. */
function readCurrent(db: Db, grantId: string, chain: string): Stored | undefined {
  const text = `SELECT * FROM openid_token WHERE grant_id = ? AND chain = ? AND kind = 'RefreshToken'
    AND consumed_at IS NULL`
  return sql(db, text).get(grantId, chain) as Stored | undefined
}

/** @param row undefined of a refresh token that is older than the last two of its chain */
function standingIn(
  row: Stored | undefined,
  { current, proof }: { current?: Stored; proof: ShownAt | null },
  now: number,
): RefreshStanding {
  const rotated = {
    place: row ? placeOf(row) : 'older',
    rotatedAt: row?.consumed_at ?? null,
    sealedSuccessor: row?.sealed_successor ?? null,
    current: current ? keptOf(current) : null,
  } as const
  return standingOf(rotated, proof ?? UNKNOWN, now)
}

/** The one before the last is deleted when the last one gets a successor ({@link rotateOpenidToken}). */
function placeOf({ consumed_at: at }: Stored) {
  return at === null ? 'current' : 'last'
}
