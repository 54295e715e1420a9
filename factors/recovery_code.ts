import { randomStr } from '@atproto/crypto'

/** Codes of an account that are made at once. */
export const RECOVERY_CODES = 10

/** `ABCD-2345-EFGH-6723` (80 bits). */
export function randomRecoveryCode(): string {
  const letters = randomStr(16, 'base32').slice(0, 16).toUpperCase()
  return (letters.match(/.{4}/g) as string[]).join('-')
}
