import { createPublicKey, hash, type KeyObject, verify } from 'node:crypto'
import { promisify } from 'node:util'
import type { DpopProof } from '@atproto/oauth-provider/hooks'
import { joseToDer } from 'ecdsa-sig-formatter'
import { createCache } from '../../base/cache.ts'
import { PROOF_CLOCK } from '../../base/lifetimes.ts'

/** Bytes of an imported public key. */
const KEY = 2_000

const ALGORITHM = 'ES256'
const COORDINATE = /^[\w-]{43}$/

const verifyAway = promisify(verify)

type Jwk = { kty: 'EC'; crv: 'P-256'; x: string; y: string }
type Known = { key: KeyObject; jkt: string }
type Claims = { jti: string; htm: string; htu: string; iat: number; nonce: string }

/** What a proof says, and when its client made it, seconds by the client's clock. */
export type TimedProof = DpopProof & { readonly iat: number }

/** A request with a proof and without an access token. */
export type ShownProof = { proof: string; method: string; url: Readonly<URL> }

/**
 * Verifies DPoP proofs (RFC 9449 section 4.3) of the usual form: ES256 with a bare key, a current
 * nonce, the URL as it is, and no other header or time than the RFC asks for.
 *
 * It refuses none. A proof of another form goes to the provider, which accepts or refuses it. The
 * provider imports the key of each proof anew, which was the largest part of a pushed
 * request; clients sign many proofs with one key.
 */
export class UsualProofs {
  readonly #isCurrent: (nonce: string) => boolean
  readonly #onThread: () => boolean
  readonly #keys = createCache<Known>('proof keys', () => KEY)

  /**
   * @param isCurrent whether this server gave the nonce lately
   * @param onThread whether to verify the signature on a thread of the pool; to go there and back
   *   takes a request alone longer than to verify it here
   */
  constructor(isCurrent: (nonce: string) => boolean, onThread: () => boolean) {
    this.#isCurrent = isCurrent
    this.#onThread = onThread
  }

  /**
   * What the proof says, once its signature is verified; whether it was shown before is not checked
   * here.
   *
   * @returns null where the provider has to judge
   */
  async read({ proof, method, url }: ShownProof): Promise<TimedProof | null> {
    const parts = proof.split('.')
    if (parts.length !== 3) return null
    const [header, payload, signature] = parts as [string, string, string]
    const jwk = keyOf(parse(header))
    const claims = parse(payload)
    if (!jwk || !isUsual(claims)) return null
    const { jti, htm, htu, iat, nonce } = claims
    if (htm !== method || htu !== url.origin + url.pathname) return null
    if (Math.abs(Date.now() - iat * 1_000) > PROOF_CLOCK) return null
    if (!this.#isCurrent(nonce)) return null
    const known = this.#know(jwk)
    if (!known || !(await this.#isSigned(known.key, `${header}.${payload}`, signature))) return null
    return Object.freeze({ jti, jkt: known.jkt, htm, htu, iat })
  }

  #know(jwk: Jwk): Known | null {
    const id = jwk.x + jwk.y
    const known = this.#keys.get(id)
    if (known) return known
    const imported = importKey(jwk)
    if (imported) this.#keys.set(id, imported)
    return imported
  }

  async #isSigned(key: KeyObject, message: string, signature: string): Promise<boolean> {
    try {
      const data = Buffer.from(message)
      // OpenSSL would take a third of the time for the same conversion.
      const der = joseToDer(signature, ALGORITHM)
      if (this.#onThread()) return await verifyAway('sha256', data, key, der)
      return verify('sha256', data, key, der)
    } catch {
      // Its length is another, or a part is longer than it may be.
      return false
    }
  }
}

/** The key of a header that has nothing but what a proof needs. */
function keyOf(header: Record<string, unknown> | null): Jwk | null {
  if (!header || Object.keys(header).length !== 3) return null
  const { typ, alg, jwk } = header
  if (typ !== 'dpop+jwt' || alg !== ALGORITHM || typeof jwk !== 'object' || jwk === null)
    return null
  const { kty, crv, x, y } = jwk as Record<string, unknown>
  const isBare = Object.keys(jwk).length === 4 && kty === 'EC' && crv === 'P-256'
  return isBare && isCoordinate(x) && isCoordinate(y) ? { kty, crv, x, y } : null
}

const isCoordinate = (value: unknown): value is string =>
  typeof value === 'string' && COORDINATE.test(value)

function isUsual(claims: Record<string, unknown> | null): claims is Claims {
  if (!claims) return false
  const { jti, htm, htu, iat, nonce, ath, exp, nbf } = claims
  const isBare = ath === undefined && exp === undefined && nbf === undefined
  const isComplete = typeof jti === 'string' && jti !== '' && Number.isFinite(iat)
  return isBare && isComplete && [htm, htu, nonce].every((claim) => typeof claim === 'string')
}

/** @returns null where it is no JSON object */
function parse(part: string): Record<string, unknown> | null {
  try {
    const value = JSON.parse(Buffer.from(part, 'base64url').toString())
    return typeof value === 'object' && !Array.isArray(value) ? value : null
  } catch {
    return null
  }
}

/** @returns null where it is no point of the curve */
function importKey(jwk: Jwk): Known | null {
  try {
    const { kty, crv, x, y } = jwk
    // RFC 7638 section 3: the required members in the order of their names.
    const jkt = hash('sha256', JSON.stringify({ crv, kty, x, y }), 'base64url')
    return { key: createPublicKey({ key: jwk, format: 'jwk' }), jkt }
  } catch {
    return null
  }
}
