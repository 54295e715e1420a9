import { OAuthError } from '@atproto/oauth-provider/errors'

/**
 * A mailed code that is wrong or has expired. The pages' script takes an `error` of OAuth for other
 * words; without one, the form and the status of the answer decide what is said
 * (`oauth/pages/refusal_words.ts`).
 */
export class WrongMailedCodeError extends OAuthError {
  constructor(cause: unknown) {
    super('invalid_code', 'This code is wrong or has expired', 422, cause)
  }

  override toJSON() {
    return { message: this.error_description } as never
  }
}
