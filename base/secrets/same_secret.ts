import { hash, timingSafeEqual } from 'node:crypto'

/**
 * Whether what somebody shows is the secret. The time of it says nothing of the secret, nor of its length: hashes
 * have one length.
 */
export function isSameSecret(shown: string, secret: string): boolean {
  return timingSafeEqual(hash('sha256', shown, 'buffer'), hash('sha256', secret, 'buffer'))
}
