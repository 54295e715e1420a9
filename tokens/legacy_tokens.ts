import { hash, randomBytes } from 'node:crypto'
import { bytesOfJson, createCache } from '../base/cache.ts'
import { Refusal } from '../base/errors.ts'
import { LEGACY_REFRESH_TOKEN } from '../base/lifetimes.ts'
import type { Secrets } from '../base/secrets/secrets.ts'
import type { Settings } from '../base/settings/settings.ts'
import { ACCESS } from './access_tokens.ts'
import { type CarriedSecret, readCarriedJwt } from './carried_jwts.ts'
import { Es256k } from './es256k.ts'
import { type Jwt, readJwt, signJwt } from './jwt.ts'

/** Scopes of the JWTs of `com.atproto.server.createSession`. */
export const LegacyScope = {
  Access: 'com.atproto.access',
  Refresh: 'com.atproto.refresh',
  AppPass: 'com.atproto.appPass',
  AppPassPrivileged: 'com.atproto.appPassPrivileged',
  Takendown: 'com.atproto.takendown',
} as const

export type LegacyScope = (typeof LegacyScope)[keyof typeof LegacyScope]

export type AppPasswordUse = { privileged: boolean } | null

/** The scope of a legacy session, by what it was opened with, and whether its account is taken down. */
export function legacyScope({
  appPassword,
  takenDown,
}: {
  appPassword: AppPasswordUse
  takenDown: boolean
}): LegacyScope {
  if (takenDown) return LegacyScope.Takendown
  if (!appPassword) return LegacyScope.Access
  return appPassword.privileged ? LegacyScope.AppPassPrivileged : LegacyScope.AppPass
}

/** A new id of a refresh JWT, 256 bits. */
export function newRefreshJti(): string {
  return randomBytes(32).toString('base64')
}

/** A new id of a legacy session, 128 bits. */
export function newSessionId(): string {
  return randomBytes(16).toString('base64url')
}

/** What a verified JWT says. */
export type LegacyClaims = {
  did: string
  audience: string
  scope: LegacyScope
  jti: string | null
  /** The legacy session; null in a JWT that is older than these ids. */
  sessionId: string | null
}

/**
 * Access and refresh JWTs of legacy sessions, in the form that a PDS behind this entryway accepts:
 * ES256K without a key id, access tokens for the PDS, refresh tokens for the entryway.
 */
export class LegacyTokens {
  readonly #key: Es256k
  readonly #entrywayDid: string
  readonly #accessLifetime: number
  readonly #carriedSecret: CarriedSecret
  /** What access JWTs say whose signature was right, by their hash: each is shown again and again. */
  readonly #signed = createCache<Jwt>('verified JWTs', bytesOfJson)

  constructor(
    secrets: Secrets,
    { did, accessTokenLifetime }: Pick<Settings, 'did' | 'accessTokenLifetime'>,
    carriedSecret: CarriedSecret = () => null,
  ) {
    this.#key = new Es256k(secrets)
    this.#carriedSecret = carriedSecret
    this.#entrywayDid = did
    this.#accessLifetime = accessTokenLifetime
  }

  async sign(session: {
    did: string
    pdsDid: string
    scope: LegacyScope
    sessionId: string
    jti: string
  }): Promise<{ accessJwt: string; refreshJwt: string; refreshExpiresAt: number }> {
    const now = Date.now()
    const refreshExpiresAt = now + LEGACY_REFRESH_TOKEN
    const iat = seconds(now)
    const { did: sub, jti } = session
    const [accessJwt, refreshJwt] = await Promise.all([
      this.signAccess(session),
      this.#sign(REFRESH, {
        scope: LegacyScope.Refresh,
        sid: session.sessionId,
        jti,
        sub,
        aud: this.#entrywayDid,
        iat,
        exp: seconds(refreshExpiresAt),
      }),
    ])
    return { accessJwt, refreshJwt, refreshExpiresAt }
  }

  /** An access JWT for the account's PDS; without a session it is good for nothing at the entryway. */
  signAccess({
    did,
    pdsDid,
    scope,
    sessionId,
  }: {
    did: string
    pdsDid: string
    scope: LegacyScope
    sessionId?: string
  }): Promise<string> {
    const now = Date.now()
    return this.#sign(ACCESS, {
      scope,
      sid: sessionId,
      sub: did,
      aud: pdsDid,
      iat: seconds(now),
      exp: seconds(now + this.#accessLifetime),
    })
  }

  /**
   * Those that a PDS signed before it was adopted count as expired: apps ask for another one then.
   *
   * @throws {Refusal} ExpiredToken, InvalidToken
   */
  async verifyAccess(jwt: string): Promise<LegacyClaims> {
    const id = hash('sha256', jwt, 'base64')
    const known = this.#signed.get(id)
    if (known) return judge(known, ACCESS)
    const read = await readJwt(this.#key, jwt)
    if (read) this.#signed.set(id, read)
    else if ((await this.#readCarried(jwt))?.header.typ === ACCESS) throw expired()
    return judge(read, ACCESS)
  }

  /**
   * Also one that a PDS signed before it was adopted, as long as its secret is kept.
   *
   * @throws {Refusal} ExpiredToken, InvalidToken
   */
  async verifyRefresh(jwt: string, { allowExpired = false } = {}): Promise<LegacyClaims> {
    const own = await readJwt(this.#key, jwt)
    if (!own) return judge(await this.#readCarried(jwt), REFRESH, { allowExpired })
    const claims = judge(own, REFRESH, { allowExpired })
    if (claims.audience !== this.#entrywayDid) throw notVerified()
    return claims
  }

  #readCarried(jwt: string): Promise<Jwt | null> {
    return readCarriedJwt(this.#carriedSecret, jwt)
  }

  #sign(typ: string, claims: object): Promise<string> {
    return signJwt(this.#key, { typ, alg: 'ES256K' }, claims)
  }
}

/** @param read what a JWT says that is signed by this entryway, null for any other */
function judge(read: Jwt | null, typ: string, { allowExpired = false } = {}): LegacyClaims {
  if (read?.header.typ !== typ) throw notVerified()
  const { sub, aud, scope, sid, jti, lxm, cnf, exp } = read.claims
  if (typeof exp !== 'number') throw notVerified()
  if (!allowExpired && exp <= seconds(Date.now())) throw expired()
  const isLegacy = lxm === undefined && cnf === undefined
  if (!isLegacy || typeof sub !== 'string' || typeof aud !== 'string') {
    throw new Refusal('InvalidToken', 'Malformed token')
  }
  if (!Object.values(LegacyScope).includes(scope as LegacyScope)) {
    throw badScope()
  }
  return {
    did: sub,
    audience: aud,
    scope: scope as LegacyScope,
    jti: jti ?? null,
    sessionId: typeof sid === 'string' ? sid : null,
  }
}

/** Media type of refresh JWTs. */
const REFRESH = 'refresh+jwt'

const expired = () => new Refusal('ExpiredToken', 'Token has expired')

/** In the words of the reference, as {@link badScope}. */
export const notVerified = () => new Refusal('InvalidToken', 'Token could not be verified')

export const badScope = () => new Refusal('InvalidToken', 'Bad token scope')

/** As JWTs count time (RFC 7519 section 2, NumericDate). */
const seconds = (ms: number) => Math.floor(ms / 1000)
