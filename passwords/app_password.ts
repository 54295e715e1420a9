import { randomStr } from '@atproto/crypto'

/** An app password as the reference makes them: `1234-abcd-5678-efgh`. */
export function randomAppPassword(): string {
  return (randomStr(16, 'base32').slice(0, 16).match(/.{4}/g) as string[]).join('-')
}
