import { isEmailValid } from '@hapi/address'
import { disposableEmailBlocklistSet } from 'disposable-email-domains-js'
import { Refusal } from '../base/errors.ts'
import { readSubject } from './subject.ts'

/** Domains of addresses that are thrown away; made with the first address, since it takes some memory. */
let disposable: ReadonlySet<string> | undefined

/**
 * Normalises an e-mail address, which must be one by the reference's rules.
 *
 * @throws {Refusal} InvalidRequest, with the reference's message
 */
export function normalizeEmail(typed: string): string {
  if (emailFault(typed)) {
    throw new Refusal(
      'InvalidRequest',
      'This email address is not supported, please use a different email.',
    )
  }
  return readSubject(typed).name
}

/** Why an address is not taken; null where it is. */
export function emailFault(typed: string): 'no address' | 'disposable' | null {
  const { kind, name } = readSubject(typed)
  if (kind !== 'email' || !isEmailValid(name)) return 'no address'
  return isDisposable(name) ? 'disposable' : null
}

/** @param email normalised */
function isDisposable(email: string): boolean {
  disposable ??= disposableEmailBlocklistSet()
  return disposable.has(email.slice(email.lastIndexOf('@') + 1))
}
