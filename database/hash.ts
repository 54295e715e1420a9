import { hash as digest, timingSafeEqual } from 'node:crypto'

/** SHA-256 of a random secret: enough at rest, since the secret itself cannot be guessed. */
export function hashSecret(secret: string): Buffer {
  return digest('sha256', secret, 'buffer')
}

/** Whether `secret` is the one that was stored as `hash`, in constant time. */
export function matchesHash(secret: string, hash: Buffer | null): boolean {
  return hash !== null && timingSafeEqual(hashSecret(secret), hash)
}
