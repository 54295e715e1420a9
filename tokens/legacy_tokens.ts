import { randomBytes } from 'node:crypto'
import { errors, type JWTPayload, jwtVerify, SignJWT } from 'jose'
import { Refusal } from '../errors.ts'
import { LEGACY_ACCESS_TOKEN, LEGACY_REFRESH_TOKEN } from '../lifetimes.ts'
import type { Secrets } from '../secrets.ts'

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

/** The scope of a session, by what it was opened with. */
export function legacyScope(appPassword: AppPasswordUse, takenDown: boolean): LegacyScope {
  if (takenDown) return LegacyScope.Takendown
  if (!appPassword) return LegacyScope.Access
  return appPassword.privileged ? LegacyScope.AppPassPrivileged : LegacyScope.AppPass
}

/** A new id of a refresh JWT, 256 bits. */
export function newRefreshJti(): string {
  return randomBytes(32).toString('base64')
}

/** What a verified JWT says. */
export type LegacyClaims = { did: string; audience: string; scope: LegacyScope; jti: string | null }

/**
 * Access and refresh JWTs of legacy sessions, in the form that a PDS behind this entryway accepts:
 * ES256K without a key id, access tokens for the PDS, refresh tokens for the entryway.
 */
export class LegacyTokens {
  readonly #secrets: Secrets
  readonly #entrywayDid: string

  constructor(secrets: Secrets, entrywayDid: string) {
    this.#secrets = secrets
    this.#entrywayDid = entrywayDid
  }

  async sign(session: {
    did: string
    pdsDid: string
    scope: LegacyScope
    jti: string
  }): Promise<{ accessJwt: string; refreshJwt: string; refreshExpiresAt: number }> {
    const now = Date.now()
    const [accessJwt, refreshJwt] = await Promise.all([
      this.#sign('at+jwt', { scope: session.scope }, now + LEGACY_ACCESS_TOKEN, {
        did: session.did,
        audience: session.pdsDid,
      }),
      this.#sign(
        'refresh+jwt',
        { scope: LegacyScope.Refresh, jti: session.jti },
        now + LEGACY_REFRESH_TOKEN,
        { did: session.did, audience: this.#entrywayDid },
      ),
    ])
    return { accessJwt, refreshJwt, refreshExpiresAt: now + LEGACY_REFRESH_TOKEN }
  }

  /** @throws {Refusal} ExpiredToken, InvalidToken */
  verifyAccess(jwt: string): Promise<LegacyClaims> {
    return this.#verify(jwt, { typ: 'at+jwt' })
  }

  /** @throws {Refusal} ExpiredToken, InvalidToken */
  verifyRefresh(jwt: string, { allowExpired = false } = {}): Promise<LegacyClaims> {
    return this.#verify(jwt, {
      typ: 'refresh+jwt',
      audience: this.#entrywayDid,
      ...(allowExpired ? { clockTolerance: Number.POSITIVE_INFINITY } : {}),
    })
  }

  #sign(
    typ: string,
    claims: JWTPayload,
    expiresAt: number,
    about: { did: string; audience: string },
  ) {
    return new SignJWT(claims)
      .setProtectedHeader({ typ, alg: 'ES256K' })
      .setSubject(about.did)
      .setAudience(about.audience)
      .setIssuedAt()
      .setExpirationTime(Math.floor(expiresAt / 1000))
      .sign(this.#secrets.jwtPrivateKey)
  }

  async #verify(jwt: string, options: Parameters<typeof jwtVerify>[2]): Promise<LegacyClaims> {
    const { payload } = await jwtVerify(jwt, this.#secrets.jwtPublicKey, options).catch((err) => {
      if (err instanceof errors.JWTExpired) throw new Refusal('ExpiredToken', 'Token has expired')
      throw new Refusal('InvalidToken', 'Token could not be verified')
    })
    const { sub, aud, scope, jti, lxm, cnf } = payload
    const isLegacy = lxm === undefined && cnf === undefined
    if (!isLegacy || typeof sub !== 'string' || typeof aud !== 'string') {
      throw new Refusal('InvalidToken', 'Malformed token')
    }
    if (!Object.values(LegacyScope).includes(scope as LegacyScope)) {
      throw new Refusal('InvalidToken', 'Bad token scope')
    }
    return { did: sub, audience: aud, scope: scope as LegacyScope, jti: jti ?? null }
  }
}
