/**
 * Why a request was refused: one code for each reason that a door has words for. The doors translate
 * from it; the message is for people, and nothing is ever told by its text.
 */
export type RefusalCode =
  | 'AccountNotFound'
  | 'AccountTakedown'
  | 'AuthenticationRequired'
  | 'AuthFactorTokenRequired'
  | 'DisallowedTld'
  | 'EmailTaken'
  | 'ExpiredToken'
  | 'HandleTaken'
  | 'IncompatibleDidDoc'
  | 'InvalidEmail'
  | 'InvalidHandle'
  | 'InvalidInviteCode'
  | 'InvalidPassword'
  | 'InvalidRequest'
  | 'InvalidToken'
  | 'LastWayIn'
  | 'NoPassword'
  | 'OffensiveHandle'
  | 'ProofRequired'
  | 'RateLimitExceeded'
  | 'ReservedHandle'
  | 'SignedOut'
  | 'SignUpClosed'
  | 'SignUpUnderWay'
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

/** @param message where a door has words of its own */
export function accountNotFound(message = 'Account not found'): Refusal {
  return new Refusal('AccountNotFound', message)
}

export function accountTakenDown(detail: Record<string, unknown> = {}): Refusal {
  return new Refusal('AccountTakedown', 'Account has been taken down', detail)
}

/** A code or a token that somebody gave, in the words of the reference. */
export function invalidToken(): Refusal {
  return new Refusal('InvalidToken', 'Token is invalid')
}

export function signedOutMeanwhile(): Refusal {
  return new Refusal('SignedOut', 'You were signed out meanwhile. Sign in again.')
}

/** In the words of the reference. */
export function inviteNotAvailable(): Refusal {
  return new Refusal('InvalidInviteCode', 'Provided invite code not available')
}

/** What an operator is advised to do where something is away. */
export const TRY_AGAIN =
  '. Try again when it answers; `vestibule doctor` says what is wrong between this program and what it needs'

export function signUpUnderWay(): Refusal {
  return new Refusal(
    'SignUpUnderWay',
    'A sign-up with this handle, email address, invite code or DID is not finished. If it is yours, wait a few minutes: then you can sign in, or sign up again',
  )
}

/** Something this program needs did not answer: an actor, the PDS, PLC, the mail server. */
export class UnavailableError extends Error {
  constructor(what: string, options?: ErrorOptions) {
    super(`${what} is unavailable`, options)
    this.name = 'UnavailableError'
  }

  /** What an operator reads: what is wrong, and what to do. */
  get advice(): string {
    return this.message + TRY_AGAIN
  }
}

/**
 * The database of an account is damaged or lost, or not to be used by this program: to ask again is of no use until an
 * operator has mended that.
 */
export class DamagedAccountError extends UnavailableError {
  constructor(options?: ErrorOptions) {
    super('The account', options)
    this.name = 'DamagedAccountError'
  }
}

/** For what is asked of several accounts, of which one that is damaged is to keep nothing from the others. */
export function nullWhereDamaged(err: unknown): null {
  if (err instanceof DamagedAccountError) return null
  throw err
}

/** What was asked is on record, and is done when what is away answers: nobody has to ask again. */
export class LeftForLaterError extends UnavailableError {
  /** What the one who asked reads. */
  readonly notice: string

  constructor(notice: string, cause: UnavailableError) {
    super('What is needed for this', { cause })
    this.message = cause.message
    this.name = 'LeftForLaterError'
    this.notice = notice
  }

  override get advice(): string {
    return `${this.message}. ${this.notice}`
  }
}

/** Raised at start when a setting is wrong; `lines` holds one clear sentence per mistake. */
export class SettingsError extends Error {
  readonly lines: string[]

  constructor(lines: string[]) {
    super(lines.join('\n'))
    this.name = 'SettingsError'
    this.lines = lines
  }
}
