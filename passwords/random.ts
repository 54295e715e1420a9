import { randomStr } from '@atproto/crypto'

/** A code a person can type, as the reference makes them: `ABCDE-23456` (50 bits). */
export function randomCode(): string {
  const letters = randomStr(10, 'base32').slice(0, 10).toUpperCase()
  return `${letters.slice(0, 5)}-${letters.slice(5)}`
}

/** An app password as the reference makes them: `1234-abcd-5678-efgh`. */
export function randomAppPassword(): string {
  return (randomStr(16, 'base32').slice(0, 16).match(/.{4}/g) as string[]).join('-')
}
