import { isEmailValid } from '@hapi/address'
import { isDisposableEmail } from 'disposable-email-domains-js'
import { Refusal } from '../base/errors.ts'
import { readSubject } from './subject.ts'

/**
 * Normalises an e-mail address, which must be one by the reference's rules.
 *
 * @throws {Refusal} InvalidRequest, with the reference's message
 */
export function normalizeEmail(typed: string): string {
  const { kind, name } = readSubject(typed)
  if (kind !== 'email' || !isEmailValid(name) || isDisposableEmail(name)) {
    throw new Refusal(
      'InvalidRequest',
      'This email address is not supported, please use a different email.',
    )
  }
  return name
}
