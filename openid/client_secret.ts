import { createHash } from 'node:crypto'

/** A secret is random, so its hash can be compared as it is. */
export function hashClientSecret(secret: string): string {
  return createHash('sha256').update(secret).digest('base64url')
}
