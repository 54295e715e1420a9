import { createHmac, type KeyObject, randomBytes } from 'node:crypto'
import type { TokenOrigin } from '../../actors/account/openid_tokens.ts'
import { readRefreshToken, writeRefreshToken } from '../../tokens/refresh_token.ts'

/** What a code, a token or the session of a browser says besides its secret; of a session there is no origin. */
export type Named = { kind: NamedKind; did: string } & TokenOrigin

const KINDS = {
  AuthorizationCode: 'c',
  AccessToken: 'a',
  /** The id of a token for a protected resource, which others read. */
  ResourceToken: 't',
  RefreshToken: 'r',
  Session: 's',
} as const

export type NamedKind = keyof typeof KINDS

const SECRET_BYTES = 32
const GRANT_BYTES = 18
const CHAIN_BYTES = 9

/** Before the name of the chain. */
const CHAIN = '~'

/**
 * Codes, tokens and sessions name their account, as refresh tokens of atproto do, so that each is looked
 * for in one database. The DID is in base64url: a bearer token takes no colon (RFC 6750 section 2.1).
 */
export class Names {
  readonly #key: KeyObject

  constructor(key: KeyObject) {
    this.#key = key
  }

  write({ kind, did, grantId, chain }: Named): string {
    const secret = randomBytes(SECRET_BYTES).toString('base64url')
    const sessionId = KINDS[kind] + grantId + (chain && CHAIN + chain)
    const parts = { secret, sessionId, did: base64url(did) }
    return writeRefreshToken(parts, this.#key)
  }

  /**
   * The secret of a device (RFC 8628 section 3.2). It says where it is kept: with the code that a person types,
   * which the device knows, too.
   */
  writeDeviceCode(userCode: string): string {
    return `${randomBytes(SECRET_BYTES).toString('base64url')}.${this.ofUserCode(userCode)}`
  }

  /** What a code is kept by that a person types: it is so short that its hash would tell it. */
  ofUserCode(userCode: string): string {
    return createHmac('sha256', this.#key).update(`user code ${userCode}`).digest('base64url')
  }

  /** @returns null unless this entryway wrote it, as one of this kind */
  read(kind: NamedKind, given: string): Named | null {
    // The provider tries each kind in turn. This look at one letter spares the MAC for the wrong kinds.
    if (given[given.indexOf('.') + 1] !== KINDS[kind]) return null
    const parts = readRefreshToken(given, this.#key)
    if (!parts) return null
    const [grantId = '', chain = ''] = parts.sessionId.slice(KINDS[kind].length).split(CHAIN)
    return { kind, did: Buffer.from(parts.did, 'base64url').toString(), grantId, chain }
  }
}

const base64url = (text: string) => Buffer.from(text).toString('base64url')

export function newChain(): string {
  return randomBytes(CHAIN_BYTES).toString('base64url')
}

export function newGrantId(): string {
  return randomBytes(GRANT_BYTES).toString('base64url')
}

/** By which a client knows a sign-in (OpenID Connect Back-Channel Logout 1.0 section 2.1). */
export function newSid(): string {
  return randomBytes(SECRET_BYTES).toString('base64url')
}
