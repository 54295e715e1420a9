import { Refusal } from '../base/errors.ts'
import { OLD_PASSWORD_MAX_LENGTH } from './scrypt.ts'

/** Before any work is done for a password that is given. @throws {Refusal} AuthenticationRequired */
export function assertOldPassword(password: string): void {
  if (password.length <= OLD_PASSWORD_MAX_LENGTH) return
  throw new Refusal(
    'AuthenticationRequired',
    'Password too long. Consider resetting your password.',
  )
}
