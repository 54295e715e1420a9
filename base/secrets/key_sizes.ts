/** The largest RSA modulus (4,096 bits) and exponent (32 bits) that are taken, in characters of base64url. */
const RSA = { modulus: 683, exponent: 6 }

/** What is said of a key that is larger. */
export const LARGEST_KEY = 'an RSA key has 4096 bits at most, and an exponent of 32'

/**
 * Whether signatures by the key, a JWK that somebody else chose, cost what signatures usually cost. With an RSA
 * exponent as long as its modulus, or a modulus of 16,384 bits, one takes up to 20 ms of a thread on which commits wait,
 * too, instead of less than half a millisecond.
 */
export function isOfUsualSize(jwk: unknown): boolean {
  if (typeof jwk !== 'object' || jwk === null) return true
  const { kty, n, e } = jwk as Record<string, unknown>
  return kty !== 'RSA' || (isShort(n, RSA.modulus) && isShort(e, RSA.exponent))
}

/** What is no text is no key either, which others say. */
const isShort = (value: unknown, most: number): boolean =>
  typeof value !== 'string' || value.length <= most
