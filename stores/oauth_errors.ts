import {
  HandleUnavailableError,
  type HandleUnavailableReason,
  InvalidCredentialsError,
  InvalidRequestError,
  OAuthError,
} from '@atproto/oauth-provider/errors'
import { Refusal } from '../base/errors.ts'
import { PdsRefusal } from '../pds/client.ts'

/** The reasons that the sign-up page has words for. */
function handleReason(refusal: Refusal): HandleUnavailableReason | null {
  switch (refusal.code) {
    case 'HandleNotAvailable':
      return refusal.message === 'Reserved handle' ? 'reserved' : 'taken'
    case 'UnsupportedDomain':
      return 'unsupported'
    case 'UnresolvableHandle':
      return 'resolution'
    case 'InvalidHandle':
      if (refusal.message === 'Inappropriate language in handle') return 'slur'
      if (refusal.message === 'Handle TLD is invalid or disallowed') return 'domain'
      return 'syntax'
    default:
      return null
  }
}

/**
 * The provider's error for a refusal of this program's; every other error stays what it is and
 * becomes a 5xx.
 */
export function toOAuthError(err: unknown): unknown {
  if (err instanceof PdsRefusal) return new InvalidRequestError(err.message, err)
  if (!(err instanceof Refusal)) return err
  const reason = handleReason(err)
  if (reason) return new HandleUnavailableError(reason, err.message, err)
  if (err.code === 'RateLimitExceeded') {
    // RFC 6585 section 4; the pages show the description.
    return new OAuthError('rate_limit_exceeded', err.message, 429, err)
  }
  if (err.code === 'AuthenticationRequired') return new InvalidCredentialsError(err.message)
  return new InvalidRequestError(err.message, err)
}

/** Runs store code with refusals turned into the provider's errors. */
export async function asOAuth<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (err) {
    throw toOAuthError(err)
  }
}
