import {
  decodeJwt,
  decodeProtectedHeader,
  type JWTPayload,
  type ProtectedHeaderParameters,
} from 'jose'
import { decodeBase64url } from './base64url.ts'
import type { Es256k } from './es256k.ts'

export type Jwt = { header: ProtectedHeaderParameters; claims: JWTPayload }

/** Writes a JWT in the compact form of RFC 7515 section 3.1; members that are undefined are left out. */
export async function signJwt(key: Es256k, header: object, claims: object): Promise<string> {
  const message = `${encode(header)}.${encode(claims)}`
  const signature = await key.sign(Buffer.from(message))
  return `${message}.${Buffer.from(signature).toString('base64url')}`
}

/** @returns null unless `key` signed the token; what it claims is for the caller to judge */
export async function readJwt(key: Es256k, jwt: string): Promise<Jwt | null> {
  const end = jwt.lastIndexOf('.')
  const message = Buffer.from(jwt.slice(0, Math.max(end, 0)))
  const signature = decodeBase64url(jwt.slice(end + 1))
  if (!signature || !(await key.verify(message, signature))) return null
  return { header: decodeProtectedHeader(jwt), claims: decodeJwt(jwt) }
}

const encode = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url')
