import { createHash } from 'node:crypto'

/** A refresh token with which a client asks again, since what it asked for before was not answered. */
export type AskedInVain = {
  /** {@link refreshTokenDigest} */
  digest: string
  /** When a gateway received the first of these requests, ms by its clock. */
  since: number
}

/** By what a gateway knows a refresh token again, without keeping it: SHA-256 in base64url. */
export function refreshTokenDigest(refreshToken: string): string {
  return createHash('sha256').update(refreshToken).digest('base64url')
}
