import { InvalidRequestError } from '@atproto/xrpc-server'
import { Refusal } from '../base/errors.ts'
import { assertNewPassword } from '../passwords/new_password.ts'

/** In the reference's words for a password that replaces another. @throws {InvalidRequestError} */
export function checkNewPassword(password: string): void {
  try {
    assertNewPassword(password)
  } catch (err) {
    throw err instanceof Refusal ? new InvalidRequestError('Invalid password length.') : err
  }
}
