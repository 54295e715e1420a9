import { randomBytes, scrypt, timingSafeEqual } from 'node:crypto'
import { promisify } from 'node:util'

/** Bytes of a hash; the cost is Node's own, N=16384, r=8, p=1, which is that of `passwords/scrypt.ts`. */
const LENGTH = 64

const derive = promisify(scrypt) as (
  password: string,
  salt: string,
  length: number,
) => Promise<Buffer>

/** @returns `salt:hash`, both hex */
export async function hashPassword(
  password: string,
  salt = randomBytes(16).toString('hex'),
): Promise<string> {
  return `${salt}:${(await derive(password, salt, LENGTH)).toString('hex')}`
}

export async function isPassword(password: string, stored: string): Promise<boolean> {
  const [salt] = stored.split(':')
  const given = await hashPassword(password, salt)
  return given.length === stored.length && timingSafeEqual(Buffer.from(given), Buffer.from(stored))
}
