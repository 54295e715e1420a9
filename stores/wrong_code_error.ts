import { InvalidRequestError } from '@atproto/oauth-provider/errors'

/**
 * The password was right and the sign-in code was wrong. When the sign-in page is asked for a second
 * factor again with the same hint, it says that the code was wrong, and keeps what was entered. 401
 * would say that another code was sent.
 */
export class WrongCodeError extends InvalidRequestError {
  readonly did: string
  readonly #hint: string

  constructor(message: string, { did, hint }: { did: string; hint: string }) {
    super(message)
    this.did = did
    this.#hint = hint
  }

  override toJSON() {
    return {
      ...super.toJSON(),
      error: 'second_authentication_factor_required' as const,
      type: 'emailOtp',
      hint: this.#hint,
    }
  }
}
