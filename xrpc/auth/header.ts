import { AuthRequiredError, InvalidRequestError } from '@atproto/xrpc-server'
import type { Call } from '../method.ts'

/** A request, as far as it shows who sends it. */
type Shown = { req: { headers: { authorization?: string | undefined } } }

type Authorization = { scheme: 'basic' | 'bearer' | 'dpop'; value: string }

/**
 * Reads the `Authorization` header.
 *
 * @throws {InvalidRequestError} InvalidToken, when it is malformed or of another scheme
 */
export function readAuthorization({ req }: Shown): Authorization | null {
  const { authorization } = req.headers
  if (!authorization) return null
  const [name = '', value, ...more] = authorization.split(' ')
  if (value === undefined || more.length) {
    throw new InvalidRequestError('Malformed authorization header', 'InvalidToken')
  }
  const scheme = name.toLowerCase()
  if (scheme !== 'basic' && scheme !== 'bearer' && scheme !== 'dpop') {
    throw new InvalidRequestError(`Unsupported authorization type: ${name}`, 'InvalidToken')
  }
  return { scheme, value }
}

/**
 * The bearer token of methods that take no other scheme: as at the reference, to come with another
 * is to come without a token.
 *
 * @throws {XRPCError} AuthMissing, InvalidToken
 */
export function readOnlyBearer(call: Call): string {
  const authorization = readAuthorization(call)
  if (authorization?.scheme !== 'bearer') throw new AuthRequiredError(undefined, 'AuthMissing')
  return authorization.value
}

/** The bearer token. @throws {XRPCError} AuthMissing, InvalidToken */
export function readBearer(call: Call): string {
  const authorization = readAuthorization(call)
  if (!authorization) throw new AuthRequiredError(undefined, 'AuthMissing')
  if (authorization.scheme !== 'bearer') {
    throw new InvalidRequestError('Unexpected authorization type', 'InvalidToken')
  }
  return authorization.value
}
