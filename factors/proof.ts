import { isTooLongToType } from '../base/values/name_length.ts'
import type { Proof } from './kinds.ts'
import { TOTP_DIGITS } from './totp.ts'

const FORMS: readonly [kind: Proof['kind'], form: RegExp, groups: RegExp][] = [
  ['totp', new RegExp(`^\\d{${TOTP_DIGITS}}$`), /.+/g],
  ['mail', /^[A-Z2-7]{10}$/, /.{5}/g],
  ['recovery', /^[A-Z2-7]{16}$/, /.{4}/g],
]

/**
 * What a person typed or pasted as the code of a second factor: in small or wide letters, with spaces,
 * dashes and invisible marks, or without.
 *
 * @returns the code as it was made; null where there is no such code
 */
export function readProof(typed: string): Proof | null {
  if (isTooLongToType(typed)) return null
  const plain = typed
    .normalize('NFKC')
    .replace(/[\s\p{Default_Ignorable_Code_Point}\p{Cc}\p{Pd}]/gu, '')
    .toUpperCase()
  for (const [kind, form, groups] of FORMS) {
    if (form.test(plain)) return { kind, code: (plain.match(groups) as string[]).join('-') }
  }
  return null
}
