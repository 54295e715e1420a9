import { randomBytes } from 'node:crypto'

/** A password that an operator gives to somebody: 20 characters (120 bits). */
export function randomPassword(): string {
  return randomBytes(15).toString('base64url')
}
