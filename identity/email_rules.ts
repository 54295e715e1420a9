import { isEmailValid } from '@hapi/address'
import { isDisposableEmail } from 'disposable-email-domains-js'
import { Refusal } from '../base/errors.ts'

/**
 * Normalises an e-mail address as the reference does.
 *
 * @throws {Refusal} InvalidRequest, with the reference's message
 */
export function normalizeEmail(email: string): string {
  if (!isEmailValid(email) || isDisposableEmail(email)) {
    throw new Refusal(
      'InvalidRequest',
      'This email address is not supported, please use a different email.',
    )
  }
  return email.toLowerCase()
}
