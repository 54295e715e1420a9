import { compactVerify, decodeJwt, decodeProtectedHeader } from 'jose'
import { decodeBase64url } from './base64url.ts'
import type { Jwt } from './jwt.ts'

/** Gives the `PDS_JWT_SECRET` of a PDS that was adopted, by its DID; null for any other, and when it is over. */
export type CarriedSecret = (pdsDid: string) => Promise<string | null> | string | null

/**
 * Reads a JWT that a PDS signed by itself before it was adopted: HS256, for itself.
 *
 * @returns null for any other; what it claims is for the caller to judge
 */
export async function readCarriedJwt(secretOf: CarriedSecret, jwt: string): Promise<Jwt | null> {
  const read = decode(jwt)
  if (!read || typeof read.claims.aud !== 'string') return null
  const secret = await secretOf(read.claims.aud)
  if (secret === null) return null
  const isSigned = await compactVerify(jwt, Buffer.from(secret), { algorithms: ['HS256'] }).then(
    () => true,
    () => false,
  )
  return isSigned ? read : null
}

function decode(jwt: string): Jwt | null {
  if (!jwt.split('.').every(decodeBase64url)) return null
  try {
    return { header: decodeProtectedHeader(jwt), claims: decodeJwt(jwt) }
  } catch {
    return null
  }
}
