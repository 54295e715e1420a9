import { hash } from 'node:crypto'
import { decodeProtectedHeader } from 'jose'
import { bytesOfJson, createCache } from '../base/cache.ts'
import type { Secrets } from '../base/secrets/secrets.ts'
import { type CarriedSecret, readCarriedJwt } from './carried_jwts.ts'
import { Es256k } from './es256k.ts'
import { readJwt } from './jwt.ts'

/** Media type of access tokens, OAuth's and legacy ones (RFC 9068 section 2.1). */
export const ACCESS = 'at+jwt'

/** The account and session of an access token of this entryway. */
export type AccessTokenName = {
  did: string
  /** Its session; null where it names none: it is older than that claim, or a PDS gave it before it was adopted. */
  sid: string | null
}

/** Reads the access tokens of this entryway, OAuth's and legacy ones, as far as they say whose they are. */
export class AccessTokens {
  readonly #key: Es256k
  readonly #carriedSecret: CarriedSecret
  /** By the hash of the token: each is shown again and again. */
  readonly #signed = createCache<AccessTokenName>('verified JWTs', bytesOfJson)

  constructor(secrets: Secrets, carriedSecret: CarriedSecret) {
    this.#key = new Es256k(secrets)
    this.#carriedSecret = carriedSecret
  }

  /**
   * Reads one, also where it has expired. What is no access token at all is for the PDS to judge; what
   * only says that it is one may be one that another program would read: a signature can be written
   * in several ways.
   */
  async read(jwt: string): Promise<AccessTokenName | 'no access token' | 'forged'> {
    const id = hash('sha256', jwt, 'base64')
    const known = this.#signed.get(id)
    if (known) return known
    if (!isMeantAsAccessToken(jwt)) return 'no access token'
    const read = await readJwt(this.#key, jwt)
    if (typeof read?.claims.sub !== 'string') return this.#readCarried(jwt)
    const { sub: did, sid } = read.claims
    const name = { did, sid: typeof sid === 'string' ? sid : null }
    this.#signed.set(id, name)
    return name
  }

  async #readCarried(jwt: string): Promise<AccessTokenName | 'forged'> {
    const carried = await readCarriedJwt(this.#carriedSecret, jwt)
    return typeof carried?.claims.sub === 'string'
      ? { did: carried.claims.sub, sid: null }
      : 'forged'
  }
}

function isMeantAsAccessToken(jwt: string): boolean {
  try {
    return decodeProtectedHeader(jwt).typ === ACCESS
  } catch {
    return false
  }
}
