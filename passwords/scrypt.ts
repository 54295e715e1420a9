import { createHash, randomBytes, timingSafeEqual } from 'node:crypto'
import { deriveKey } from './scrypt_threads.ts'

/** Longest password that is hashed: a stranger must not be able to cause work with long input. */
export const OLD_PASSWORD_MAX_LENGTH = 512

const KEY_LENGTH = 64

/**
 * Hashes as the reference PDS does (scrypt N=16384, r=8, p=1, 64 bytes): `salt:hash`, both hex.
 */
export function hashPassword(
  password: string,
  salt = randomBytes(16).toString('hex'),
): Promise<string> {
  return deriveKey(password, salt, KEY_LENGTH).then((hash) => `${salt}:${hash.toString('hex')}`)
}

/** Whether `password` is the one that was hashed; takes the same time when there is no hash. */
export async function verifyPassword(password: string, stored: string | null): Promise<boolean> {
  const [salt, expected] = (stored ?? ABSENT).split(':') as [string, string]
  const hash = await deriveKey(password.slice(0, OLD_PASSWORD_MAX_LENGTH), salt, KEY_LENGTH)
  const wanted = Buffer.from(expected, 'hex')
  return (
    wanted.length === hash.length &&
    timingSafeEqual(hash, wanted) &&
    stored !== null &&
    password.length <= OLD_PASSWORD_MAX_LENGTH
  )
}

/**
 * App passwords are random, so the reference salts them with the account alone, which lets one be
 * found by its hash.
 */
export function hashAppPassword(did: string, password: string): Promise<string> {
  const salt = createHash('sha256').update(did).digest().subarray(0, 16).toString('hex')
  return hashPassword(password.slice(0, OLD_PASSWORD_MAX_LENGTH), salt)
}

const ABSENT = `${'0'.repeat(32)}:${'0'.repeat(2 * KEY_LENGTH)}`
