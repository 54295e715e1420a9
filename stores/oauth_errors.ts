import {
  HandleUnavailableError,
  type HandleUnavailableReason,
  InvalidCredentialsError,
  InvalidRequestError,
  OAuthError,
} from '@atproto/oauth-provider/errors'
import { LeftForLaterError, Refusal, type RefusalCode } from '../base/errors.ts'
import { PdsRefusal } from '../pds/client.ts'
import { SaidByStatusError } from './said_by_status_error.ts'

/** Of a mailed code, or of the address that it was mailed to. */
const ABOUT_CODES: readonly RefusalCode[] = ['InvalidToken', 'ExpiredToken', 'InvalidEmail']

/** The reasons that the pages have words for. */
const HANDLE_REASONS: Partial<Record<RefusalCode, HandleUnavailableReason>> = {
  DisallowedTld: 'domain',
  HandleTaken: 'taken',
  InvalidHandle: 'syntax',
  OffensiveHandle: 'slur',
  ReservedHandle: 'reserved',
  UnresolvableHandle: 'resolution',
  UnsupportedDomain: 'unsupported',
}

/** What the pages recognize by these very words, of a refusal with another reason than a handle's. */
const WORDS: Partial<Record<RefusalCode, string>> = {
  EmailTaken: 'Email already taken',
  InvalidInviteCode: 'This invite code is invalid.',
}

/**
 * The provider's error for a refusal of this program's; every other error stays what it is and
 * becomes a 5xx.
 */
export function toOAuthError(err: unknown): unknown {
  if (err instanceof PdsRefusal) return new InvalidRequestError(err.message, err)
  // RFC 4918 section 11.4. A 5xx would be said to be tried again.
  if (err instanceof LeftForLaterError) return new SaidByStatusError(424, 'later', err.notice, err)
  if (!(err instanceof Refusal)) return err
  const reason = HANDLE_REASONS[err.code]
  if (reason) return new HandleUnavailableError(reason, err.message, err)
  if (err.code === 'RateLimitExceeded') {
    // RFC 6585 section 4.
    return new OAuthError('rate_limit_exceeded', err.message, 429, err)
  }
  if (err.code === 'AuthenticationRequired') return new InvalidCredentialsError()
  if (ABOUT_CODES.includes(err.code)) {
    // RFC 9110 section 15.5.21.
    return new SaidByStatusError(422, 'invalid_code', 'This code is wrong or has expired', err)
  }
  // RFC 9110 section 15.5.10.
  if (err.code === 'NoPassword') return new SaidByStatusError(409, 'no_password', err.message, err)
  // RFC 4918 section 11.3.
  if (err.code === 'SignUpUnderWay') return new SaidByStatusError(423, 'held', err.message, err)
  return new InvalidRequestError(WORDS[err.code] ?? err.message, err)
}

/** Whether it says that the client is wrong, and not that this server failed. */
export function isOAuthRefusal(err: unknown): err is OAuthError {
  return err instanceof OAuthError && err.statusCode < 500
}

/** Runs store code with refusals turned into the provider's errors. */
export async function asOAuth<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (err) {
    throw toOAuthError(err)
  }
}
