import { calculateJwkThumbprint, decodeProtectedHeader, type JWK } from 'jose'

/** Thumbprint of the key of a DPoP proof that was verified (RFC 9449 section 6.1). */
export const thumbprintOf = (dpop: string): Promise<string> =>
  calculateJwkThumbprint(decodeProtectedHeader(dpop).jwk as JWK)
