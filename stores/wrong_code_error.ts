import { InvalidRequestError } from '@atproto/oauth-provider/errors'

/**
 * The password was right and the code by mail was not. The sign-in page takes a second factor that
 * is asked for with the same hint again for a wrong code: it says so, and keeps what was entered.
 * 401 would say that another code was sent.
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
