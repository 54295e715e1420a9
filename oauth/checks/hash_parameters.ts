import { invalidRequest } from '../../http/answers/refuse.ts'
import { type Check, parameter } from './check.ts'

/**
 * Whether a parameter may be a SHA-256 hash in base64url, as an S256 `code_challenge` (RFC 7636 section 4.2) and
 * `dpop_jkt` (RFC 9449 section 10, RFC 7638) are.
 */
export const isSha256 = (text: string) => /^[\w-]{43}$/.test(text)

/** Why it can be none. */
export const noSha256 = (name: string) =>
  `${name} has to be a SHA-256 hash in base64url: 43 characters, without padding`

/**
 * Can the hashes be met? One in hexadecimal or with padding never is, and the client would learn of it when the
 * person has signed in, or not at all.
 */
export const hashParameters: Check = (inspected) => {
  const isHashed = parameter(inspected, 'code_challenge_method') === 'S256'
  const names = isHashed ? ['code_challenge', 'dpop_jkt'] : ['dpop_jkt']
  const wrong = names.find((name) => {
    const given = parameter(inspected, name)
    return given !== undefined && !isSha256(given)
  })
  return wrong === undefined ? undefined : invalidRequest(noSha256(wrong))
}
