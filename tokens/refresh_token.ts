import { createHmac, type KeyObject, timingSafeEqual } from 'node:crypto'
import { decodeBase64url } from './base64url.ts'

/** What an OAuth refresh token says on the wire. */
export type RefreshTokenParts = {
  /** The secret, as the provider generates it: `ref-` and 64 hex characters. */
  secret: string
  /** The session in the account's database; unguessable. */
  sessionId: string
  /** The account whose database it is. */
  did: string
}

const MAC_BYTES = 16

/**
 * Writes a refresh token: `<secret>.<session>.<did>.<mac>`. It names its account, so that a refresh
 * goes straight to that account's database, with no index of tokens anywhere; the MAC (HMAC-SHA256,
 * 128 bits) keeps made-up tokens from reaching any account.
 */
export function writeRefreshToken(parts: RefreshTokenParts, key: KeyObject): string {
  const body = `${parts.secret}.${parts.sessionId}.${parts.did}`
  return `${body}.${mac(body, key).toString('base64url')}`
}

/** @returns null unless this entryway wrote the token */
export function readRefreshToken(token: string, key: KeyObject): RefreshTokenParts | null {
  const end = token.lastIndexOf('.')
  const body = token.slice(0, Math.max(end, 0))
  const given = decodeBase64url(token.slice(end + 1))
  if (given?.length !== MAC_BYTES || !timingSafeEqual(given, mac(body, key))) return null
  const [secret, sessionId, ...did] = body.split('.')
  if (!secret || !sessionId || !did.length) return null
  return { secret, sessionId, did: did.join('.') }
}

/** @param key made once: a MAC with the bytes of a key takes four times as long */
function mac(body: string, key: KeyObject): Buffer {
  return createHmac('sha256', key).update(body).digest().subarray(0, MAC_BYTES)
}
