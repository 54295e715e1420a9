import {
  AuthRequiredError,
  InvalidRequestError,
  ResponseType,
  UpstreamFailureError,
  XRPCError,
} from '@atproto/xrpc-server'
import { Refusal, UnavailableError } from '../base/errors.ts'
import { MailError } from '../mail/error.ts'
import { PdsRefusal } from '../pds/client.ts'

/**
 * Throws this program's errors as the XRPC errors that the reference PDS answers with.
 *
 * @throws {XRPCError}
 */
export function toXrpcError(err: unknown): never {
  if (err instanceof Refusal) throw fromRefusal(err)
  if (err instanceof PdsRefusal) throw new InvalidRequestError(err.message, err.error)
  if (err instanceof UnavailableError || err instanceof MailError) {
    throw new UpstreamFailureError('A service that is needed for this does not answer')
  }
  throw err
}

function fromRefusal(refusal: Refusal): XRPCError {
  switch (refusal.code) {
    case 'AuthenticationRequired':
    case 'AuthFactorTokenRequired':
    case 'AccountTakedown':
      return new AuthRequiredError(refusal.message, refusal.code)
    case 'RateLimitExceeded':
      return new XRPCError(ResponseType.RateLimitExceeded, refusal.message, refusal.code)
    case 'SignedOut':
      // Clients know this one: they refresh, and are told to sign in.
      return new InvalidRequestError(refusal.message, 'ExpiredToken')
    case 'EmailTaken':
    case 'InvalidPassword':
    case 'SignUpClosed':
    case 'UnresolvableHandle':
      return new InvalidRequestError(refusal.message)
    default:
      return new InvalidRequestError(refusal.message, refusal.code)
  }
}
