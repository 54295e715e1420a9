import { Refusal } from '../base/errors.ts'
import { hashPassword } from './scrypt.ts'

export const NEW_PASSWORD_MAX_LENGTH = 256
/** As the provider's pages ask for; the reference's methods take shorter ones. */
export const NEW_PASSWORD_MIN_LENGTH = 8

/** @throws {Refusal} InvalidPassword */
export function assertNewPassword(password: string, minLength = 1): void {
  if (password.length > NEW_PASSWORD_MAX_LENGTH) {
    throw new Refusal(
      'InvalidPassword',
      `Password too long. Maximum length is ${NEW_PASSWORD_MAX_LENGTH} characters.`,
    )
  }
  if (password.length < minLength) {
    throw new Refusal(
      'InvalidPassword',
      `Password too short. Minimum length is ${minLength} characters.`,
    )
  }
}

/** @throws {Refusal} InvalidPassword */
export function hashNewPassword(password: string): Promise<string> {
  assertNewPassword(password)
  return hashPassword(password)
}
