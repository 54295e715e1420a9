/**
 * Why a request was refused, in the words of the lexicons where they have one. What the caller may
 * know goes into the message; nothing else does.
 */
export type RefusalCode =
  | 'AccountNotFound'
  | 'AccountTakedown'
  | 'AuthenticationRequired'
  | 'AuthFactorTokenRequired'
  | 'EmailTaken'
  | 'ExpiredToken'
  | 'HandleNotAvailable'
  | 'IncompatibleDidDoc'
  | 'InvalidEmail'
  | 'InvalidHandle'
  | 'InvalidInviteCode'
  | 'InvalidPassword'
  | 'InvalidRequest'
  | 'InvalidToken'
  | 'RateLimitExceeded'
  | 'SignedOut'
  | 'SignUpClosed'
  | 'TokenRequired'
  | 'UnresolvableHandle'
  | 'UnsupportedDomain'

/** An expected "no". It crosses from actor to actor as it is. */
export class Refusal extends Error {
  readonly code: RefusalCode
  /** More for the program, never for the caller. */
  readonly detail: Record<string, unknown>

  constructor(code: RefusalCode, message: string, detail: Record<string, unknown> = {}) {
    super(message)
    this.name = 'Refusal'
    this.code = code
    this.detail = detail
  }
}

/** Something this program needs did not answer: an actor, the PDS, PLC, the mail server. */
export class UnavailableError extends Error {
  constructor(what: string, options?: ErrorOptions) {
    super(`${what} is unavailable`, options)
    this.name = 'UnavailableError'
  }
}
