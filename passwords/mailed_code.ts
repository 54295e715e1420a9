import { randomStr } from '@atproto/crypto'
import { isTooLongToType } from '../base/values/name_length.ts'

/** A code a person can type, as the reference makes them: `ABCDE-23456` (50 bits). */
export function randomCode(): string {
  const letters = randomStr(10, 'base32').slice(0, 10).toUpperCase()
  return `${letters.slice(0, 5)}-${letters.slice(5)}`
}

/**
 * A code as {@link randomCode} makes it, from what a person typed or pasted: in small or wide letters,
 * with spaces and invisible marks, with a dash that a mail program made prettier.
 */
export function readCode(typed: string): string {
  if (isTooLongToType(typed)) return typed
  return typed
    .normalize('NFKC')
    .replace(/[\s\p{Default_Ignorable_Code_Point}\p{Cc}]/gu, '')
    .replace(/\p{Pd}/gu, '-')
    .toUpperCase()
}
